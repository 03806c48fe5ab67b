package io.thunderhead.tornado.kernels;

import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/// `y = x * w^T` for tiles of rows, each with one of the matrices that stand one behind the other in `w`: dense
/// products (the matrix of a layer) and grouped ones (the matrix of an expert) are the same kernel.
///
/// Weights lie in panels of [#PANEL] outputs as [io.thunderhead.model.kernels.PackedMatrix] lays them out, so that
/// loading is a copy and neighbouring threads read neighbouring words. A group of [#GROUP] threads computes one panel
/// for one tile: a thread has one output and every [#SLICES]-th input, the slices are added at the end.
///
/// Grid: `[panels * GROUP, tiles]`, local `[GROUP, 1]`. Tile `t` is `tiles[3 t ..]`: matrix, first row, row count (up
/// to [#TILE_ROWS]; 0 = no tile). `x [rows, in]` and `y [rows, out]` are float32 row-major.
public final class ProductKernels {
    public static final int PANEL = 32;
    public static final int TILE_ROWS = 8;
    public static final int TILE_INTS = 3;
    public static final int SLICES = 4;
    public static final int GROUP = PANEL * SLICES;

    private static final int TILE_OUTPUTS = TILE_ROWS * PANEL;

    private ProductKernels() {}

    /// `w` float `[matrices, panels, in, 32]`.
    public static void multiplyF32(
            KernelContext context, IntArray tiles, FloatArray x, FloatArray w, FloatArray y, int inSize, int outSize) {
        float[] partial = context.allocateFloatLocalArray(TILE_OUTPUTS * SLICES);
        int tile = context.groupIdy * TILE_INTS;
        int rows = tiles.get(tile + 2);
        if (rows > 0) {
            int firstRow = tiles.get(tile + 1);
            int panels = (outSize + PANEL - 1) / PANEL;
            int first = (tiles.get(tile) * panels + context.groupIdx) * inSize * PANEL;
            int lane = context.localIdx % PANEL;
            int slice = context.localIdx / PANEL;
            float[] sums = new float[TILE_ROWS];
            for (int r = 0; r < TILE_ROWS; r++) {
                sums[r] = 0f;
            }
            for (int in = slice; in < inSize; in += SLICES) {
                float weight = w.get(first + in * PANEL + lane);
                for (int r = 0; r < TILE_ROWS; r++) {
                    int row = firstRow + Math.min(r, rows - 1);
                    sums[r] += weight * x.get(row * inSize + in);
                }
            }
            for (int r = 0; r < TILE_ROWS; r++) {
                partial[slice * TILE_OUTPUTS + r * PANEL + lane] = sums[r];
            }
            context.localBarrier();
            for (int i = context.localIdx; i < TILE_OUTPUTS; i += GROUP) {
                float sum = partial[i];
                for (int s = 1; s < SLICES; s++) {
                    sum += partial[s * TILE_OUTPUTS + i];
                }
                int out = context.groupIdx * PANEL + i % PANEL;
                if (i / PANEL < rows && out < outSize) {
                    y.set((firstRow + i / PANEL) * outSize + out, sum);
                }
            }
        }
    }

    /// `w` int `[matrices, panels, in, 16]`: the low half of a word is the output of its index, the high half the one
    /// 16 further. Kernels cannot reinterpret bits, so a weight is its mantissa times a power of two from a table;
    /// that is exact but for numbers below 2^-126, which become 0.
    ///
    /// @param powers from [#bf16Powers]
    public static void multiplyBf16(
            KernelContext context,
            IntArray tiles,
            FloatArray x,
            IntArray w,
            FloatArray powers,
            FloatArray y,
            int inSize,
            int outSize) {
        float[] partial = context.allocateFloatLocalArray(TILE_OUTPUTS * SLICES);
        float[] scales = context.allocateFloatLocalArray(256);
        int tile = context.groupIdy * TILE_INTS;
        int rows = tiles.get(tile + 2);
        if (rows > 0) {
            for (int i = context.localIdx; i < 256; i += GROUP) {
                scales[i] = powers.get(i);
            }
            context.localBarrier();
            int firstRow = tiles.get(tile + 1);
            int panels = (outSize + PANEL - 1) / PANEL;
            int first = (tiles.get(tile) * panels + context.groupIdx) * inSize * (PANEL / 2);
            int lane = context.localIdx % PANEL;
            int slice = context.localIdx / PANEL;
            int shift = lane / (PANEL / 2) * 16;
            float[] sums = new float[TILE_ROWS];
            for (int r = 0; r < TILE_ROWS; r++) {
                sums[r] = 0f;
            }
            for (int in = slice; in < inSize; in += SLICES) {
                int bits = w.get(first + in * (PANEL / 2) + lane % (PANEL / 2)) >> shift;
                float size = ((bits & 0x7f) + 0x80) * scales[(bits >> 7) & 0xff];
                float weight = (bits & 0x8000) != 0 ? -size : size;
                for (int r = 0; r < TILE_ROWS; r++) {
                    int row = firstRow + Math.min(r, rows - 1);
                    sums[r] += weight * x.get(row * inSize + in);
                }
            }
            for (int r = 0; r < TILE_ROWS; r++) {
                partial[slice * TILE_OUTPUTS + r * PANEL + lane] = sums[r];
            }
            context.localBarrier();
            for (int i = context.localIdx; i < TILE_OUTPUTS; i += GROUP) {
                float sum = partial[i];
                for (int s = 1; s < SLICES; s++) {
                    sum += partial[s * TILE_OUTPUTS + i];
                }
                int out = context.groupIdx * PANEL + i % PANEL;
                if (i / PANEL < rows && out < outSize) {
                    y.set((firstRow + i / PANEL) * outSize + out, sum);
                }
            }
        }
    }

    /// `w` int `[matrices, panels, in, 8]`, four outputs a word, the first in the lowest byte. The sum of an output is
    /// multiplied by its scale at the end.
    ///
    /// @param scales `[matrices, out]`
    public static void multiplyInt8(
            KernelContext context,
            IntArray tiles,
            FloatArray x,
            IntArray w,
            FloatArray scales,
            FloatArray y,
            int inSize,
            int outSize) {
        float[] partial = context.allocateFloatLocalArray(TILE_OUTPUTS * SLICES);
        int tile = context.groupIdy * TILE_INTS;
        int rows = tiles.get(tile + 2);
        if (rows > 0) {
            int matrix = tiles.get(tile);
            int firstRow = tiles.get(tile + 1);
            int panels = (outSize + PANEL - 1) / PANEL;
            int first = (matrix * panels + context.groupIdx) * inSize * (PANEL / 4);
            int lane = context.localIdx % PANEL;
            int slice = context.localIdx / PANEL;
            int shift = 24 - lane % 4 * 8;
            float[] sums = new float[TILE_ROWS];
            for (int r = 0; r < TILE_ROWS; r++) {
                sums[r] = 0f;
            }
            for (int in = slice; in < inSize; in += SLICES) {
                float weight = (w.get(first + in * (PANEL / 4) + lane / 4) << shift) >> 24;
                for (int r = 0; r < TILE_ROWS; r++) {
                    int row = firstRow + Math.min(r, rows - 1);
                    sums[r] += weight * x.get(row * inSize + in);
                }
            }
            for (int r = 0; r < TILE_ROWS; r++) {
                partial[slice * TILE_OUTPUTS + r * PANEL + lane] = sums[r];
            }
            context.localBarrier();
            for (int i = context.localIdx; i < TILE_OUTPUTS; i += GROUP) {
                float sum = partial[i];
                for (int s = 1; s < SLICES; s++) {
                    sum += partial[s * TILE_OUTPUTS + i];
                }
                int out = context.groupIdx * PANEL + i % PANEL;
                if (i / PANEL < rows && out < outSize) {
                    y.set((firstRow + i / PANEL) * outSize + out, sum * scales.get(matrix * outSize + out));
                }
            }
        }
    }

    /// For each exponent of a bf16 number the power of two that its mantissa (7 bits and the hidden one, as an integer)
    /// is multiplied by; 0 for the exponent of zero and denormals.
    public static FloatArray bf16Powers() {
        FloatArray powers = new FloatArray(256);
        powers.set(0, 0f);
        for (int exponent = 1; exponent < 256; exponent++) {
            powers.set(exponent, Math.scalb(1f, exponent - 127 - 7));
        }
        return powers;
    }
}
