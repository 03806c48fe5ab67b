package io.thunderhead.tornado;

import static io.thunderhead.tornado.cuda.CudaTasks.read;
import static io.thunderhead.tornado.cuda.CudaTasks.update;
import static io.thunderhead.tornado.cuda.CudaTasks.write;

import io.thunderhead.model.config.ResidualFactors;
import io.thunderhead.model.kernels.WeightFormat;
import io.thunderhead.tornado.cuda.CudaCall;
import io.thunderhead.tornado.cuda.CudaTasks;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;

/// What a layer does with each row, by kernels in CUDA C that do several of its steps at once.
final class CudaRows {
    /// Experts that a warp chooses from.
    private static final int EXPERTS_MAX = 32;

    private static final int CHOICES_MAX = 8;

    private CudaRows() {}

    private static CudaCall.Launch ofRows(String kernel, int rowMax) {
        return new CudaCall.Launch(kernel, rowMax, 1, 512);
    }

    /// @param weights `[layers, width]`
    static void norm(
            KernelGraph graph,
            String id,
            LayerBuffers buffers,
            FloatArray x,
            FloatArray weights,
            FloatArray y,
            int width,
            float eps) {
        CudaTasks.add(
                graph.tasks(),
                id,
                ofRows("normRows", buffers.rowMax()),
                read(buffers.step()),
                read(x),
                read(weights),
                write(y),
                read(width),
                read(eps));
    }

    /// `x` becomes its norm times the sigmoid of the gates.
    static void gatedNorm(
            KernelGraph graph,
            LayerBuffers buffers,
            FloatArray x,
            FloatArray weights,
            FloatArray gates,
            int width,
            float eps) {
        CudaTasks.add(
                graph.tasks(),
                "gatedNorm",
                ofRows("gatedNormRows", buffers.rowMax()),
                read(buffers.step()),
                update(x),
                read(weights),
                read(gates),
                read(width),
                read(eps));
    }

    /// `expertInput` becomes the norm of the sum of `normed` and `branch`.
    static void residualNorm(
            KernelGraph graph,
            LayerBuffers buffers,
            ResidualFactors factors,
            FloatArray weights,
            int width,
            float eps) {
        CudaTasks.add(
                graph.tasks(),
                "residualNorm",
                ofRows("residualNormRows", buffers.rowMax()),
                read(buffers.step()),
                read(buffers.normed()),
                read(buffers.branch()),
                read(weights),
                write(buffers.expertInput()),
                read(width),
                read(factors.alpha()),
                read(factors.beta()),
                read(eps));
    }

    static boolean canChoose(DeviceMatrices router, int topK) {
        return router.outSize() <= EXPERTS_MAX && topK <= CHOICES_MAX && router.format() != WeightFormat.INT8;
    }

    /// From `expertInput` to `expertIds` and `weights`.
    static void choose(KernelGraph graph, LayerBuffers buffers, DeviceMatrices router, int width, int topK) {
        String kernel = router.format() == WeightFormat.BF16 ? "chooseByBf16" : "chooseByFloats";
        CudaTasks.add(
                graph.tasks(),
                "choose",
                new CudaCall.Launch(kernel, buffers.rowMax(), 1, 1024),
                read(buffers.step()),
                read(buffers.expertInput()),
                read(router.arrays().getFirst()),
                write(buffers.expertIds()),
                write(buffers.weights()),
                read(width),
                read(router.outSize()),
                read(topK));
    }
}
