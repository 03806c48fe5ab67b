package io.thunderhead.tornado;

import io.thunderhead.model.config.ModelConfig;
import io.thunderhead.model.kernels.WeightFormat;
import io.thunderhead.tornado.DeviceExpertStore.LayerExperts;
import io.thunderhead.tornado.cuda.CudaCall;
import io.thunderhead.tornado.cuda.CudaProgram;
import java.util.List;
import java.util.stream.Stream;

/// A step of decoding through whole layers with int8 weights in few launches that begin early (adr/0041).
final class DecodeLayers {
    /// The largest tile of a dense product.
    static final int ROW_MAX = 64;

    private static final int TILE_ROWS = 8;

    private final JoinedRun run;
    private final ModelConfig config;
    private final CudaProgram program;
    private final JoinedBuffers buffers;

    DecodeLayers(JoinedRun run) {
        this.run = run;
        this.config = run.config();
        this.program = run.program();
        this.buffers = run.buffers();
    }

    static boolean takes(JoinedStep step) {
        return step.oneEach() && step.rows() <= ROW_MAX;
    }

    /// Whether layers and experts are such that it can take any step at all.
    static boolean suits(List<CudaLayer> layers, List<LayerExperts> experts) {
        return layers.stream().flatMap(layer -> matrices(layer.attention())).allMatch(DecodeLayers::int8)
                && experts.stream()
                        .map(LayerExperts::located)
                        .flatMap(of -> Stream.of(of.gate(), of.up(), of.down()))
                        .allMatch(DecodeLayers::int8);
    }

    private static boolean int8(CudaLayer.Matrix matrix) {
        return matrix.format() == WeightFormat.INT8;
    }

    private static Stream<CudaLayer.Matrix> matrices(CudaLayer.Attention attention) {
        return switch (attention) {
            case CudaLayer.Lightning of -> Stream.of(of.qkv(), of.gate(), of.out());
            case CudaLayer.Softmax of -> Stream.of(of.query(), of.key(), of.value(), of.out());
        };
    }

    /// Once, before the first run: routers as rows.
    void unpackRouters(List<CudaLayer> layers) {
        for (int number = 0; number < layers.size(); number++) {
            CudaLayer.Matrix router = layers.get(number).router();
            program.launch(
                    new CudaCall.Launch("unpackRouter", Math.ceilDiv(config.hiddenSize(), 8), 1, 256),
                    router.data(),
                    router(number),
                    config.hiddenSize(),
                    router.format() == WeightFormat.BF16 ? 1 : 0);
        }
    }

    private long router(int number) {
        return buffers.routers() + (long) number * JoinedStage.EXPERTS_MAX * config.hiddenSize() * Float.BYTES;
    }

    /// From `hidden` to `hidden`.
    void run(JoinedStep step, List<CudaLayer> layers, List<LayerExperts> experts) {
        for (int number = 0; number < layers.size(); number++) {
            CudaLayer layer = layers.get(number);
            inputNorm(step, layer, number == 0);
            switch (layer.attention()) {
                case CudaLayer.Lightning lightning -> lightning(step, lightning);
                case CudaLayer.Softmax softmax -> softmax(step, softmax);
            }
            normAndRoute(step, layer, number);
            feedForward(step, experts.get(number).located());
        }
        run.combineExperts(step);
    }

    /// The end of the layer before, if there is one, is part of it.
    private void inputNorm(JoinedStep step, CudaLayer layer, boolean first) {
        program.launchEarly(
                StepShapes.keepingRow("combineAndNorm", step.rows(), config.hiddenSize()),
                first ? buffers.hidden() : buffers.expertInput(),
                buffers.results(),
                first ? 0L : buffers.places(),
                buffers.shares(),
                layer.inputNorm(),
                buffers.normed(),
                buffers.normedHalves(),
                config.hiddenSize(),
                first ? 1f : config.mlpFactors().alpha(),
                config.mlpFactors().beta(),
                config.rmsNormEps());
    }

    private void lightning(JoinedStep step, CudaLayer.Lightning layer) {
        products(step, buffers.normedHalves(), layer.qkv(), buffers.projected(), layer.gate(), buffers.gates());
        run.decodeLightning(step, layer, true);
        program.launchEarly(
                StepShapes.keepingRow("gateAndSplit", step.rows(), config.attentionSize()),
                buffers.attended(),
                layer.norm(),
                buffers.gates(),
                buffers.attendedHalves(),
                config.attentionSize(),
                config.lightningNormEps());
        product(step, buffers.attendedHalves(), layer.out(), buffers.branch());
    }

    private void softmax(JoinedStep step, CudaLayer.Softmax layer) {
        products(step, buffers.normedHalves(), layer.query(), run.query(), layer.key(), run.key());
        product(step, buffers.normedHalves(), layer.value(), run.value());
        run.attend(step, layer);
        program.launchEarly(
                StepShapes.splitRows(step.rows()),
                buffers.attended(),
                buffers.attendedHalves(),
                config.attentionSize());
        product(step, buffers.attendedHalves(), layer.out(), buffers.branch());
    }

    private void product(JoinedStep step, long x, CudaLayer.Matrix matrix, long y) {
        stream(
                StepShapes.stream(step.rows(), 1, matrix.outSize(), 0),
                step.wholeTile(),
                0L,
                x,
                matrix,
                y,
                0L,
                0L,
                0L,
                0,
                1);
    }

    private void products(
            JoinedStep step, long x, CudaLayer.Matrix matrix, long y, CudaLayer.Matrix other, long otherY) {
        stream(
                StepShapes.stream(step.rows(), 1, matrix.outSize(), other.outSize()),
                step.wholeTile(),
                0L,
                x,
                matrix,
                y,
                other.data(),
                other.scales(),
                otherY,
                other.outSize(),
                1);
    }

    /// @param early 1 if the tiles are there already
    private void stream(
            CudaCall.Launch launch,
            long tiles,
            long rowsOf,
            long x,
            CudaLayer.Matrix matrix,
            long y,
            long other,
            long otherScales,
            long otherY,
            int otherSize,
            int early) {
        program.launchEarly(
                launch,
                tiles,
                rowsOf,
                x,
                matrix.data(),
                matrix.scales(),
                y,
                other,
                otherScales,
                otherY,
                matrix.inSize(),
                matrix.outSize(),
                otherSize,
                early);
    }

    private static int tileMax(JoinedStep step) {
        int choices = JoinedStage.CHOICES * step.rows();
        return Math.min(choices, choices / TILE_ROWS + JoinedStage.EXPERTS_MAX);
    }

    private void normAndRoute(JoinedStep step, CudaLayer layer, int number) {
        program.launchEarly(
                StepShapes.normAndRoute(step.rows(), config.hiddenSize()),
                buffers.normed(),
                buffers.branch(),
                layer.postNorm(),
                router(number),
                buffers.expertInput(),
                buffers.expertHalves(),
                buffers.logits(),
                buffers.shares(),
                buffers.places(),
                buffers.rowsOf(),
                buffers.tiles(),
                buffers.blocksDone(),
                config.hiddenSize(),
                tileMax(step),
                layer.factors().alpha(),
                layer.factors().beta(),
                config.rmsNormEps(),
                step.places().get(number),
                config.expertCount(),
                run.choices(step, number));
    }

    private void feedForward(JoinedStep step, DeviceExperts.Located experts) {
        program.launchEarly(
                StepShapes.streamGateUp(tileMax(step), config.intermediateSize()),
                buffers.tiles(),
                buffers.rowsOf(),
                buffers.expertHalves(),
                experts.gate().data(),
                experts.gate().scales(),
                experts.up().data(),
                experts.up().scales(),
                buffers.activatedHalves(),
                config.hiddenSize(),
                config.intermediateSize());
        stream(
                StepShapes.stream(TILE_ROWS, tileMax(step), config.hiddenSize(), 0),
                buffers.tiles(),
                0L,
                buffers.activatedHalves(),
                experts.down(),
                buffers.results(),
                0L,
                0L,
                0L,
                0,
                0);
    }
}
