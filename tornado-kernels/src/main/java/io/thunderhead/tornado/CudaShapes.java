package io.thunderhead.tornado;

import io.thunderhead.model.kernels.WeightFormat;
import io.thunderhead.tornado.cuda.CudaCall;

/// How kernels in CUDA C are started.
final class CudaShapes {
    /// Two stages of q, k and half of v, the scores, the state in bf16, and 65 powers of the decay.
    private static final int PREFILL_SHARED_BYTES =
            2 * (2 * (2 * 64 * 136 + 64 * 72) + 64 * 72 + 128 * 72) + 65 * Float.BYTES;

    /// Two bf16 numbers each of q and k, of half of v, the scores and the state; the next chunk in float32; the decays.
    private static final int PROMPT_SHARED_BYTES =
            2 * 2 * (2 * 64 * 136 + 64 * 72 + 64 * 72 + 128 * 72) + (64 * 320 + 65) * Float.BYTES;

    /// Two bf16 numbers each of queries, keys and values; the next keys and values in float32.
    private static final int PAGES_SHARED_BYTES =
            2 * 2 * (128 * 136 + 128 * 72 + 64 * 136) + 2 * 64 * 128 * Float.BYTES;

    static final int HEAD_DIM = 128;

    /// Of one head of keys that [#attendPages] takes at once.
    static final int QUERIES = 128;

    /// First row, rows, position, pages, split.
    static final int PART_INTS = 5;

    /// Groups that take one prompt after the other, of each head and half.
    private static final int PROMPTS_AT_ONCE = 2;

    /// Rows are loaded by four numbers.
    static final int PANELS_IN_MULTIPLE = 4;

    static final int FEW_ROWS = 16;
    static final int MANY_ROWS = 64;

    /// Two for each multiprocessor of a large device.
    static final int GROUPS_WANTED = 264;

    private CudaShapes() {}

    /// Rows of a tile of a dense product: many share what is read of the weights, few leave more tiles to be computed
    /// at once.
    static int rowsOfTile(int rowMax) {
        return rowMax > MANY_ROWS ? MANY_ROWS : rowMax == 1 ? 1 : FEW_ROWS;
    }

    static CudaCall.Launch prefill(int heads, int segments) {
        return new CudaCall.Launch("lightningPrefill", heads, 2, segments, 512, PREFILL_SHARED_BYTES);
    }

    static CudaCall.Launch lightningPrompt(int heads) {
        return new CudaCall.Launch("lightningPrompt", heads, 2, PROMPTS_AT_ONCE, 512, PROMPT_SHARED_BYTES);
    }

    static CudaCall.Launch storeKeysValues(int rows, int heads, int kvHeads) {
        return new CudaCall.Launch("storeKeysValues", rows, heads + 2 * kvHeads, HEAD_DIM);
    }

    static CudaCall.Launch attendPages(int parts, int kvHeads) {
        int groups = Math.min(parts, Math.ceilDiv(GROUPS_WANTED, kvHeads));
        return new CudaCall.Launch("attendPages", groups, kvHeads, 1, 256, PAGES_SHARED_BYTES);
    }

    static CudaCall.Launch decode(int segments, int heads) {
        return new CudaCall.Launch("lightningDecode", segments, heads, 4, 128, 0);
    }

    /// @param ofOne whether every tile has one row
    static CudaCall.Launch product(boolean ofOne, int tiles, int out) {
        String kernel = ofOne ? "productInt8OfOne" : "productInt8";
        return new CudaCall.Launch(kernel, tiles, Math.ceilDiv(out, 32), ofOne ? 512 : 128);
    }

    /// By tensor cores.
    ///
    /// @param rowsOfTile up to 16 or 64
    static CudaCall.Launch panels(WeightFormat format, int rowsOfTile, int tiles, int out) {
        int panels = Math.ceilDiv(out, 32);
        boolean few = rowsOfTile <= FEW_ROWS;
        boolean sliced = few && tiles * Math.ceilDiv(panels, 8) < GROUPS_WANTED;
        String kernel = "panels" + (format == WeightFormat.INT8 ? "Int8" : "Bf16") + (few ? "Of16" : "Of64")
                + (sliced ? "Sliced" : "");
        return new CudaCall.Launch(kernel, tiles, Math.ceilDiv(panels, sliced ? 2 : 8), 256);
    }

    static CudaCall.Launch gateUp(boolean ofOne, int tiles, int out) {
        String kernel = ofOne ? "gateUpInt8OfOne" : "gateUpInt8";
        return new CudaCall.Launch(kernel, tiles, Math.ceilDiv(out, 32), ofOne ? 256 : 128);
    }
}
