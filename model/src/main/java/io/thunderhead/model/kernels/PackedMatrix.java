package io.thunderhead.model.kernels;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// A weight matrix `[out, in]` laid out for products: panels of [#PANEL] outputs, missing outputs of the last panel 0.
///
/// - F32: a panel is float `[in, 32]`.
/// - BF16: a panel is int `[in, 16]`; int `j` holds output `j` in its low half and output `j + 16` in its high half, so
///   that one shift and one mask widen 32 weights.
///
/// Both are native byte order. Immutable; freed with the arena it was packed into.
///
/// @param bf16 whether weights are stored as bf16, else float32
public record PackedMatrix(int outSize, int inSize, boolean bf16, MemorySegment data) {
    /// Outputs of one panel.
    public static final int PANEL = 32;

    static final int HALF_PANEL = PANEL / 2;

    static long byteSize(int outSize, int inSize, boolean bf16) {
        return (long) Math.ceilDiv(outSize, PANEL) * panelBytes(inSize, bf16);
    }

    /// `count` rounded up to a multiple of [#PANEL], which any vector width divides.
    static int wholePanels(int count) {
        return Math.ceilDiv(count, PANEL) * PANEL;
    }

    private static long panelBytes(int inSize, boolean bf16) {
        return (long) inSize * PANEL * (bf16 ? Short.BYTES : Float.BYTES);
    }

    public long byteSize() {
        return data.byteSize();
    }

    int panelCount() {
        return Math.ceilDiv(outSize, PANEL);
    }

    /// Outputs of a panel that exist.
    int panelWidth(int panel) {
        return Math.min(PANEL, outSize - panel * PANEL);
    }

    long panelOffset(int panel) {
        return panel * panelBytes(inSize, bf16);
    }

    /// One weight, widened.
    float get(int out, int in) {
        int lane = out % PANEL;
        long row = panelOffset(out / PANEL);
        if (!bf16) {
            return data.get(ValueLayout.JAVA_FLOAT, row + ((long) in * PANEL + lane) * Float.BYTES);
        }
        long pair = row + ((long) in * HALF_PANEL + lane % HALF_PANEL) * Integer.BYTES;
        return half(data.get(ValueLayout.JAVA_INT, pair), lane);
    }

    /// The weight of a panel's output `lane` out of its pair.
    static float half(int pair, int lane) {
        return Float.intBitsToFloat(lane < HALF_PANEL ? pair << 16 : pair & 0xffff0000);
    }
}
