package io.thunderhead.model.kernels;

import io.thunderhead.model.checkpoint.Int8Matrix;
import io.thunderhead.model.checkpoint.LoadListener;
import io.thunderhead.model.checkpoint.ModelTensors;
import io.thunderhead.model.checkpoint.Quantization;
import io.thunderhead.model.checkpoint.StoredTensor;
import io.thunderhead.model.checkpoint.TensorSource;
import io.thunderhead.model.checkpoint.TensorSpec;
import java.lang.foreign.Arena;
import java.util.List;
import java.util.Optional;

/// Takes a known list of tensors out of a source, packed into one arena, and reports progress in stored bytes.
public final class WeightLoader {
    private final TensorSource source;
    private final Kernels kernels;
    private final LoadListener listener;
    private final long bytesTotal;
    private long bytesLoaded;

    /// Finds every tensor first, so that a missing one fails before the long part. Throws CHECKPOINT_INVALID.
    public WeightLoader(TensorSource source, Kernels kernels, List<TensorSpec> needed, LoadListener listener) {
        this.source = source;
        this.kernels = kernels;
        this.listener = listener;
        this.bytesTotal = needed.stream().mapToLong(this::storedBytes).sum();
    }

    private long storedBytes(TensorSpec spec) {
        return int8(spec)
                .map(Int8Matrix::byteSize)
                .orElseGet(() ->
                        source.tensor(spec.name(), spec.dimensions()).data().byteSize());
    }

    /// Memory that the needed matrices of one arena take at most, for [WeightArena].
    public long packedBytes(List<TensorSpec> matrices) {
        return matrices.stream()
                .filter(spec -> spec.shape().size() == 2 && int8(spec).isEmpty())
                .mapToLong(this::packedBytes)
                .sum();
    }

    private long packedBytes(TensorSpec spec) {
        int outSize = spec.shape().get(0);
        int inSize = spec.shape().get(1);
        if (ModelTensors.isQuantizable(spec) && source.quantization() == Quantization.INT8) {
            return Packing.aligned(PackedMatrix.byteSize(outSize, inSize, WeightFormat.INT8))
                    + Packing.aligned((long) outSize * Float.BYTES);
        }
        WeightFormat format = Packing.formatOf(source.tensor(spec.name(), spec.dimensions()));
        return Packing.aligned(PackedMatrix.byteSize(outSize, inSize, format));
    }

    private Optional<Int8Matrix> int8(TensorSpec spec) {
        return ModelTensors.isQuantizable(spec)
                ? source.int8(spec.name(), spec.shape().get(0), spec.shape().get(1))
                : Optional.empty();
    }

    /// A matrix of attention or of an expert: packed, quantized if the source says so, or mapped if it was quantized
    /// ahead of time; then the source must stay open as long as the matrix is used.
    public PackedMatrix matrix(Arena arena, String name, int outSize, int inSize) {
        Optional<Int8Matrix> int8 = source.int8(name, outSize, inSize);
        if (int8.isPresent()) {
            return mapped(name, outSize, inSize, int8.get());
        }
        return switch (source.quantization()) {
            case NONE -> precise(arena, name, outSize, inSize);
            case INT8 -> {
                StoredTensor stored = source.tensor(name, outSize, inSize);
                PackedMatrix packed = kernels.quantize(stored, arena);
                progress(stored.data().byteSize());
                yield packed;
            }
        };
    }

    /// Read from disk now, not in the first step.
    private PackedMatrix mapped(String name, int outSize, int inSize, Int8Matrix int8) {
        if (int8.values().isMapped()) {
            int8.values().load();
        }
        PackedMatrix matrix = new PackedMatrix(outSize, inSize, WeightFormat.INT8, int8.values(), int8.scales());
        matrix.checkScales(name);
        progress(int8.byteSize());
        return matrix;
    }

    /// The router or the head, in the precision they are stored in.
    public PackedMatrix precise(Arena arena, String name, int outSize, int inSize) {
        StoredTensor stored = source.tensor(name, outSize, inSize);
        PackedMatrix packed = kernels.pack(stored, arena);
        progress(stored.data().byteSize());
        return packed;
    }

    public float[] vector(String name, int size) {
        StoredTensor stored = source.tensor(name, size);
        float[] floats = StoredFloats.read(stored);
        progress(stored.data().byteSize());
        return floats;
    }

    /// As stored; counted as loaded when it is handed out.
    public StoredTensor table(String name, int rows, int columns) {
        StoredTensor stored = source.tensor(name, rows, columns);
        progress(stored.data().byteSize());
        return stored;
    }

    private void progress(long bytes) {
        bytesLoaded += bytes;
        listener.progress(bytesLoaded, bytesTotal);
    }
}
