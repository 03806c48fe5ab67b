package io.thunderhead.tornado;

import io.thunderhead.core.error.ErrorCode;
import io.thunderhead.core.error.ServingException;
import io.thunderhead.model.kernels.PackedMatrix;
import io.thunderhead.model.kernels.WeightFormat;
import io.thunderhead.tornado.kernels.ProductKernels;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import uk.ac.manchester.tornado.api.TaskGraph;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/// Weight matrices of one shape and format, one behind the other in one device array: the same matrix of several
/// layers, or of several experts. The panels are copied as they are, so a device multiplies by the very weights of the
/// CPU, quantized ones included.
final class DeviceMatrices {
    /// TornadoVM's arrays are indexed by int, and so are ours in the kernels.
    static final long ELEMENT_MAX = Integer.MAX_VALUE - 64L;

    private final int outSize;
    private final int inSize;
    private final WeightFormat format;
    private final Object data;
    /// INT8: a scale for each output; BF16: the powers of two; F32: unused.
    private final FloatArray factors;

    private DeviceMatrices(int outSize, int inSize, WeightFormat format, Object data, FloatArray factors) {
        this.outSize = outSize;
        this.inSize = inSize;
        this.format = format;
        this.data = data;
        this.factors = factors;
    }

    /// Throws CONFIG_INVALID if they are of different shapes or formats, or too many for one array.
    static DeviceMatrices of(List<PackedMatrix> matrices) {
        PackedMatrix model = matrices.getFirst();
        long bytesEach = model.data().byteSize();
        long words = matrices.size() * bytesEach / Integer.BYTES;
        if (words > ELEMENT_MAX) {
            throw new ServingException(
                    ErrorCode.CONFIG_INVALID,
                    "device: " + matrices.size() + " matrices " + model.outSize() + " x " + model.inSize() + " "
                            + model.format() + " are " + words + " words, one array holds " + ELEMENT_MAX);
        }
        FloatArray floats = new FloatArray(model.format() == WeightFormat.F32 ? (int) words : 1);
        IntArray ints = new IntArray(model.format() == WeightFormat.F32 ? 1 : (int) words);
        MemorySegment data = model.format() == WeightFormat.F32 ? floats.getSegment() : ints.getSegment();
        for (int i = 0; i < matrices.size(); i++) {
            checkAlike(model, matrices.get(i));
            MemorySegment.copy(matrices.get(i).data(), 0, data, i * bytesEach, bytesEach);
        }
        return new DeviceMatrices(
                model.outSize(),
                model.inSize(),
                model.format(),
                model.format() == WeightFormat.F32 ? floats : ints,
                factors(matrices));
    }

    private static void checkAlike(PackedMatrix model, PackedMatrix other) {
        if (other.format() != model.format()
                || other.data().byteSize() != model.data().byteSize()) {
            throw new ServingException(
                    ErrorCode.CONFIG_INVALID,
                    "device: expected matrices " + model.outSize() + " x " + model.inSize() + " " + model.format()
                            + ", got " + other.outSize() + " x " + other.inSize() + " " + other.format());
        }
    }

    private static FloatArray factors(List<PackedMatrix> matrices) {
        PackedMatrix model = matrices.getFirst();
        return switch (model.format()) {
            case F32 -> new FloatArray(1);
            case BF16 -> ProductKernels.bf16Powers();
            case INT8 -> {
                FloatArray scales = new FloatArray(Math.multiplyExact(matrices.size(), model.outSize()));
                for (int i = 0; i < matrices.size(); i++) {
                    MemorySegment.copy(
                            matrices.get(i).scales(),
                            ValueLayout.JAVA_FLOAT_UNALIGNED,
                            0,
                            scales.getSegment(),
                            ValueLayout.JAVA_FLOAT_UNALIGNED,
                            (long) i * model.outSize() * Float.BYTES,
                            model.outSize());
                }
                yield scales;
            }
        };
    }

    int outSize() {
        return outSize;
    }

    /// What has to be on the device before a product runs.
    List<Object> arrays() {
        List<Object> arrays = new ArrayList<>();
        arrays.add(data);
        if (format != WeightFormat.F32) {
            arrays.add(factors);
        }
        return arrays;
    }

    /// Adds the task `y = x * w^T` for up to `tileMax` tiles.
    void product(KernelGraph graph, String id, IntArray tiles, int tileMax, FloatArray x, FloatArray y) {
        TaskGraph tasks = graph.tasks();
        switch (format) {
            case F32 ->
                tasks.task(
                        id,
                        ProductKernels::multiplyF32,
                        graph.context(),
                        tiles,
                        x,
                        (FloatArray) data,
                        y,
                        inSize,
                        outSize);
            case BF16 ->
                tasks.task(
                        id,
                        ProductKernels::multiplyBf16,
                        graph.context(),
                        tiles,
                        x,
                        (IntArray) data,
                        factors,
                        y,
                        inSize,
                        outSize);
            case INT8 ->
                tasks.task(
                        id,
                        ProductKernels::multiplyInt8,
                        graph.context(),
                        tiles,
                        x,
                        (IntArray) data,
                        factors,
                        y,
                        inSize,
                        outSize);
        }
        graph.launch(id, ProductKernels.GROUP, Math.ceilDiv(outSize, ProductKernels.PANEL), tileMax, 1);
    }
}
