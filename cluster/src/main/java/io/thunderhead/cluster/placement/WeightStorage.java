package io.thunderhead.cluster.placement;

/// How the weights stand in a worker's memory.
public enum WeightStorage {
    /// As in the released checkpoint, two bytes a weight.
    BF16(2, 2),
    FLOAT32(4, 4),
    /// Every matrix of attention and experts as int8 with one float32 scale an output row; router, norms, embedding and
    /// head stay bf16.
    INT8(1, 2),
    /// As [#INT8] of a checkpoint that is not stored as bf16: what is not quantized takes four bytes.
    INT8_FLOAT32(1, 4);

    private final int matrixBytes;
    private final int plainBytes;

    WeightStorage(int matrixBytes, int plainBytes) {
        this.matrixBytes = matrixBytes;
        this.plainBytes = plainBytes;
    }

    /// @param bf16 whether the checkpoint is stored as bf16
    /// @param int8 whether matrices of attention and experts are quantized, or stored so
    public static WeightStorage of(boolean bf16, boolean int8) {
        if (int8) {
            return bf16 ? INT8 : INT8_FLOAT32;
        }
        return bf16 ? BF16 : FLOAT32;
    }

    /// Bytes of a matrix `[rows, columns]` of attention or of an expert.
    long matrix(long rows, long columns) {
        return rows * columns * matrixBytes + (matrixBytes == Byte.BYTES ? rows * Float.BYTES : 0);
    }

    /// Bytes of weights that are never quantized.
    long plain(long count) {
        return count * plainBytes;
    }
}
