package io.thunderhead.model.kernels;

import io.thunderhead.model.checkpoint.LoadListener;
import io.thunderhead.model.checkpoint.StoredTensor;
import io.thunderhead.model.checkpoint.TensorSource;
import io.thunderhead.model.checkpoint.TensorSpec;
import java.lang.foreign.Arena;
import java.util.List;

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
        this.bytesTotal = needed.stream()
                .mapToLong(spec ->
                        source.tensor(spec.name(), spec.dimensions()).data().byteSize())
                .sum();
    }

    public PackedMatrix matrix(Arena arena, String name, int outSize, int inSize) {
        StoredTensor stored = source.tensor(name, outSize, inSize);
        PackedMatrix packed = kernels.pack(stored, arena);
        progress(stored);
        return packed;
    }

    public float[] vector(String name, int size) {
        StoredTensor stored = source.tensor(name, size);
        float[] floats = StoredFloats.read(stored);
        progress(stored);
        return floats;
    }

    /// As stored; counted as loaded when it is handed out.
    public StoredTensor table(String name, int rows, int columns) {
        StoredTensor stored = source.tensor(name, rows, columns);
        progress(stored);
        return stored;
    }

    private void progress(StoredTensor stored) {
        bytesLoaded += stored.data().byteSize();
        listener.progress(bytesLoaded, bytesTotal);
    }
}
