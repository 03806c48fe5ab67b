package io.thunderhead.tornado;

import io.thunderhead.tornado.cuda.CudaCall;

/// How the kernels of decode.cu and prompt.cu are started.
final class StepShapes {
    static final int PROMPT_TILE_ROWS = 128;

    /// Eight warps with three stages of two panels of 64 inputs.
    private static final int STREAM_SHARED_BYTES = 8 * 3 * 2 * 64 * 32;

    /// Six stages of 128 rows of 64 in bf16 and eight panels of 64 inputs, and what their alignment costs.
    private static final int PROMPT_SHARED_BYTES = 6 * (PROMPT_TILE_ROWS * 128 + 256 * 64) + 1024;

    /// Two tiles of keys, three of values, and what their alignment costs.
    private static final int ATTENTION_SHARED_BYTES = 5 * 128 * 256 + 1024;

    private StepShapes() {}

    /// @param rows of a tile, up to 64
    /// @param otherOut outputs of a second matrix, 0 for none
    static CudaCall.Launch stream(int rows, int tiles, int out, int otherOut) {
        int pairs = Math.ceilDiv(out, 64) + Math.ceilDiv(otherOut, 64);
        int tileRows = Math.max(8, Integer.highestOneBit(2 * rows - 1));
        return new CudaCall.Launch("streamInt8Of" + tileRows, tiles, pairs, 1, 256, STREAM_SHARED_BYTES);
    }

    /// For tiles of up to 8 rows.
    static CudaCall.Launch streamGateUp(int tiles, int out) {
        return new CudaCall.Launch("streamGateUpOf8", tiles, Math.ceilDiv(out, 32), 1, 256, STREAM_SHARED_BYTES);
    }

    static CudaCall.Launch splitRows(int rows) {
        return new CudaCall.Launch("splitRows", rows, 1, 1024);
    }

    /// A kernel with a group of 1,024 threads a row, which it keeps in shared memory.
    static CudaCall.Launch keepingRow(String kernel, int rows, int width) {
        return new CudaCall.Launch(kernel, rows, 1, 1, 1024, width * Float.BYTES);
    }

    static CudaCall.Launch normAndRoute(int rows, int width) {
        return new CudaCall.Launch("normAndRoute", rows, 8, 1, 256, width * Float.BYTES);
    }

    static CudaCall.Launch prompt(int tiles, int out) {
        return new CudaCall.Launch("promptInt8", Math.ceilDiv(out, 256), tiles, 1, 256, PROMPT_SHARED_BYTES);
    }

    static CudaCall.Launch promptGateUp(int tiles, int out) {
        return new CudaCall.Launch("promptGateUp", out / 128, tiles, 1, 256, PROMPT_SHARED_BYTES);
    }

    /// With rows in two parts.
    static CudaCall.Launch promptParts(int tiles, int out) {
        return new CudaCall.Launch("promptParts", Math.ceilDiv(out, 256), tiles, 1, 256, PROMPT_SHARED_BYTES);
    }

    static CudaCall.Launch promptGateUpParts(int tiles, int out) {
        return new CudaCall.Launch("promptGateUpParts", out / 128, tiles, 1, 256, PROMPT_SHARED_BYTES);
    }

    static CudaCall.Launch softmaxPrefill(int rows, int heads) {
        return new CudaCall.Launch("softmaxPrefill", heads, Math.ceilDiv(rows, 128), 1, 256, ATTENTION_SHARED_BYTES);
    }

    static CudaCall.Launch combineAndNormBf16(int rows, int width) {
        return new CudaCall.Launch("combineAndNormBf16", rows, 1, 1, 256, width * Float.BYTES);
    }

    /// Numbers of a row in halves, as floats.
    static int halves(int width) {
        return Math.ceilDiv(width, 16) * 16;
    }
}
