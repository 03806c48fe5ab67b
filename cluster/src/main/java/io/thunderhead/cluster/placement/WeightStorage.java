package io.thunderhead.cluster.placement;

/// How the weights stand in a worker's memory.
public enum WeightStorage {
    /// As in the released checkpoint, two bytes a weight.
    BF16(2, 2),
    FLOAT32(4, 4),
    /// Every matrix of attention and experts as int8 with one float32 scale an output row; router, norms, embedding and
    /// head stay bf16.
    INT8(1, 2);

    private final int matrixBytes;
    private final int plainBytes;

    WeightStorage(int matrixBytes, int plainBytes) {
        this.matrixBytes = matrixBytes;
        this.plainBytes = plainBytes;
    }

    /// Bytes of a matrix `[rows, columns]` of attention or of an expert.
    long matrix(long rows, long columns) {
        return rows * columns * matrixBytes + (this == INT8 ? rows * Float.BYTES : 0);
    }

    /// Bytes of weights that are never quantized.
    long plain(long count) {
        return count * plainBytes;
    }
}
