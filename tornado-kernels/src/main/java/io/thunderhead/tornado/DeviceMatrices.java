package io.thunderhead.tornado;

import static io.thunderhead.tornado.cuda.CudaTasks.read;
import static io.thunderhead.tornado.cuda.CudaTasks.write;

import io.thunderhead.core.error.ErrorCode;
import io.thunderhead.core.error.ServingException;
import io.thunderhead.model.kernels.PackedMatrix;
import io.thunderhead.model.kernels.WeightFormat;
import io.thunderhead.tornado.cuda.Addresses;
import io.thunderhead.tornado.cuda.CudaCall;
import io.thunderhead.tornado.cuda.CudaTasks;
import io.thunderhead.tornado.kernels.CopyKernels;
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
        DeviceMatrices all = roomFor(matrices.getFirst(), matrices.size());
        for (int i = 0; i < matrices.size(); i++) {
            all.put(i, matrices.get(i));
        }
        return all;
    }

    /// Room for so many matrices like this one, to be filled by [#put] or, on the device, by [#addWrite].
    static DeviceMatrices roomFor(PackedMatrix model, int count) {
        long words = count * words(model);
        if (words > ELEMENT_MAX) {
            throw new ServingException(
                    ErrorCode.CONFIG_INVALID,
                    "device: " + count + " matrices " + model.outSize() + " x " + model.inSize() + " " + model.format()
                            + " are " + words + " words, one array holds " + ELEMENT_MAX);
        }
        return new DeviceMatrices(
                model.outSize(),
                model.inSize(),
                model.format(),
                model.format() == WeightFormat.F32 ? new FloatArray((int) words) : new IntArray((int) words),
                factors(model, count));
    }

    private static FloatArray factors(PackedMatrix model, int count) {
        return switch (model.format()) {
            case F32 -> new FloatArray(1);
            case BF16 -> ProductKernels.bf16Powers();
            case INT8 -> new FloatArray(Math.multiplyExact(count, model.outSize()));
        };
    }

    /// Of 32 bits, that one matrix takes.
    static long words(PackedMatrix matrix) {
        return matrix.data().byteSize() / Integer.BYTES;
    }

    /// Before the first run of a graph that has these arrays.
    void put(int index, PackedMatrix matrix) {
        long bytesEach = matrix.data().byteSize();
        MemorySegment all = segment();
        if (matrix.format() != format || matrix.outSize() != outSize || matrix.inSize() != inSize) {
            throw new ServingException(
                    ErrorCode.CONFIG_INVALID,
                    "device: expected matrices " + outSize + " x " + inSize + " " + format + ", got " + matrix.outSize()
                            + " x " + matrix.inSize() + " " + matrix.format());
        }
        MemorySegment.copy(matrix.data(), 0, all, index * bytesEach, bytesEach);
        if (format == WeightFormat.INT8) {
            MemorySegment.copy(
                    matrix.scales(),
                    ValueLayout.JAVA_FLOAT_UNALIGNED,
                    0,
                    factors.getSegment(),
                    ValueLayout.JAVA_FLOAT_UNALIGNED,
                    (long) index * outSize * Float.BYTES,
                    outSize);
        }
    }

    private MemorySegment segment() {
        return switch (data) {
            case FloatArray floats -> floats.getSegment();
            case IntArray ints -> ints.getSegment();
            default -> throw new IllegalStateException("device: weights in a " + data.getClass());
        };
    }

    /// Adds tasks that write the only matrix of `one` over one of these: the one that `place` names at each run.
    void addWrite(KernelGraph graph, String id, DeviceMatrices one, Place place) {
        graph.bringAlways(one.data, place.ofData);
        switch (format) {
            case F32 ->
                graph.tasks()
                        .task(id, CopyKernels::write, graph.context(), place.ofData, (FloatArray) data, (FloatArray)
                                one.data);
            case BF16, INT8 ->
                graph.tasks()
                        .task(id, CopyKernels::writeWords, graph.context(), place.ofData, (IntArray) data, (IntArray)
                                one.data);
        }
        launchCopy(graph, id, one.segment());
        if (format == WeightFormat.INT8) {
            graph.bringAlways(one.factors, place.ofScales);
            graph.tasks()
                    .task(id + "Scales", CopyKernels::write, graph.context(), place.ofScales, factors, one.factors);
            launchCopy(graph, id + "Scales", one.factors.getSegment());
        }
    }

    private static void launchCopy(KernelGraph graph, String id, MemorySegment piece) {
        long words = piece.byteSize() / Integer.BYTES;
        graph.launch(id, CopyKernels.GROUP, Math.toIntExact(Math.ceilDiv(words, CopyKernels.GROUP)), 1, 1);
    }

    /// Where a matrix that is written goes.
    static final class Place {
        private final IntArray ofData = new IntArray(2);
        private final IntArray ofScales = new IntArray(2);

        /// @param model of the matrices
        void set(int index, PackedMatrix model) {
            int words = (int) words(model);
            DeviceArrays.set(ofData, 0, index * words, words);
            DeviceArrays.set(ofScales, 0, index * model.outSize(), model.outSize());
        }

        /// Nothing is written.
        void clear() {
            ofData.init(0);
            ofScales.init(0);
        }
    }

    WeightFormat format() {
        return format;
    }

    /// Whether kernels in CUDA C multiply by these.
    boolean joins() {
        return format != WeightFormat.F32 && inSize % CudaShapes.PANELS_IN_MULTIPLE == 0;
    }

    /// Where one of them lies.
    CudaLayer.Matrix at(Addresses addresses, int index) {
        long words = (long) Math.ceilDiv(outSize, PackedMatrix.PANEL) * PackedMatrix.PANEL * inSize;
        long bytes = switch (format) {
            case F32 -> words * Float.BYTES;
            case BF16 -> words * Short.BYTES;
            case INT8 -> words;
        };
        long scales = format == WeightFormat.INT8 ? addresses.of(factors) + (long) index * outSize * Float.BYTES : 0;
        return new CudaLayer.Matrix(format, outSize, inSize, addresses.of(data) + index * bytes, scales);
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

    /// Adds the task `y = x * w^T` for the rows of the tiles.
    void product(KernelGraph graph, String id, Tiles tiles, FloatArray x, FloatArray y) {
        if (graph.cuda() && format != WeightFormat.F32 && inSize % CudaShapes.PANELS_IN_MULTIPLE == 0) {
            cudaProduct(graph, id, tiles, x, y);
        } else {
            javaProduct(graph, id, tiles.narrow(), x, y);
        }
    }

    /// Adds the task `y = silu(x * w^T) * (x * up^T)` with these for `w`; says whether there is a kernel for that.
    boolean gateUp(KernelGraph graph, String id, Tiles tiles, DeviceMatrices up, FloatArray x, FloatArray y) {
        Tiles.Table table = tiles.wide();
        if (!graph.cuda() || format != WeightFormat.INT8 || table.rowsOfTile() > ProductKernels.TILE_ROWS) {
            return false;
        }
        CudaTasks.add(
                graph.tasks(),
                id,
                CudaShapes.gateUp(tiles.rowMax() <= 2, table.tileMax(), outSize),
                read(table.tiles()),
                read(x),
                read(data),
                read(factors),
                read(up.data),
                read(up.factors),
                write(y),
                read(inSize),
                read(outSize));
        return true;
    }

    private void cudaProduct(KernelGraph graph, String id, Tiles tiles, FloatArray x, FloatArray y) {
        Tiles.Table table = tiles.wide();
        List<CudaTasks.Argument> arguments = new ArrayList<>(List.of(read(table.tiles()), read(x), read(data)));
        if (format == WeightFormat.INT8) {
            arguments.add(read(factors));
        }
        arguments.addAll(List.of(write(y), read(inSize), read(outSize)));
        CudaCall.Launch launch = format == WeightFormat.INT8 && table.rowsOfTile() == ProductKernels.TILE_ROWS
                ? CudaShapes.product(tiles.rowMax() <= 2, table.tileMax(), outSize)
                : CudaShapes.panels(format, table.rowsOfTile(), table.tileMax(), outSize);
        CudaTasks.add(graph.tasks(), id, launch, arguments.toArray(CudaTasks.Argument[]::new));
    }

    private void javaProduct(KernelGraph graph, String id, Tiles.Table table, FloatArray x, FloatArray y) {
        TaskGraph tasks = graph.tasks();
        IntArray tiles = table.tiles();
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
        graph.launch(id, ProductKernels.GROUP, Math.ceilDiv(outSize, ProductKernels.PANEL), table.tileMax(), 1);
    }
}
