package io.thunderhead.model.kernels;

import io.thunderhead.model.checkpoint.Int8Matrix;
import io.thunderhead.model.checkpoint.Int8Tensors;
import io.thunderhead.model.config.CheckpointProblem;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// A weight matrix `[out, in]` laid out for products: panels of [#PANEL] outputs, missing outputs of the last panel 0.
///
/// - F32: a panel is float `[in, 32]`.
/// - BF16: a panel is int `[in, 16]`; int `j` holds output `j` in its low half and output `j + 16` in its high half, so
///   that one shift and one mask widen 32 weights.
/// - INT8: a panel is byte `[in, 32]`; the weight is the byte times its output's scale.
///
/// F32 and BF16 are native byte order. Immutable; freed with the arena it was packed into, or with the checkpoint whose
/// file it lies in.
///
/// @param scales of INT8 float `[out]`, little-endian and not necessarily aligned; else empty
public record PackedMatrix(int outSize, int inSize, WeightFormat format, MemorySegment data, MemorySegment scales) {
    /// Outputs of one panel.
    public static final int PANEL = Int8Tensors.PANEL;

    static final PackedMatrix EMPTY = new PackedMatrix(0, 0, WeightFormat.F32, MemorySegment.NULL, MemorySegment.NULL);

    static final int HALF_PANEL = PANEL / 2;

    static long byteSize(int outSize, int inSize, WeightFormat format) {
        return Math.ceilDiv(outSize, PANEL) * panelBytes(inSize, format);
    }

    /// `count` rounded up to a multiple of [#PANEL], which any vector width divides.
    static int wholePanels(int count) {
        return Math.ceilDiv(count, PANEL) * PANEL;
    }

    private static long panelBytes(int inSize, WeightFormat format) {
        return (long) inSize * PANEL * format.byteSize();
    }

    /// Weights and scales.
    public long byteSize() {
        return data.byteSize() + scales.byteSize();
    }

    int panelCount() {
        return Math.ceilDiv(outSize, PANEL);
    }

    /// Outputs of a panel that exist.
    int panelWidth(int panel) {
        return Math.min(PANEL, outSize - panel * PANEL);
    }

    long panelOffset(int panel) {
        return panel * panelBytes(inSize, format);
    }

    /// One weight, widened; of INT8 without its scale.
    float get(int out, int in) {
        return get(data, panelOffset(out / PANEL), format, in, out % PANEL);
    }

    /// The weight of input `in` and a panel's output `lane`, of INT8 without its scale.
    static float get(MemorySegment data, long panelOffset, WeightFormat format, int in, int lane) {
        long row = panelOffset + (long) in * PANEL * format.byteSize();
        return switch (format) {
            case F32 -> data.get(ValueLayout.JAVA_FLOAT, row + (long) lane * Float.BYTES);
            case BF16 -> {
                long pair = row + (long) (lane % HALF_PANEL) * Integer.BYTES;
                yield half(data.get(ValueLayout.JAVA_INT, pair), lane);
            }
            case INT8 -> data.get(ValueLayout.JAVA_BYTE, row + lane);
        };
    }

    float scale(int out) {
        return scales.get(Int8Tensors.SCALE, (long) out * Float.BYTES);
    }

    /// Throws CHECKPOINT_INVALID if a scale that was read is negative or not finite.
    void checkScales(String name) {
        for (int out = 0; out < outSize; out++) {
            float scale = scale(out);
            if (!(scale >= 0) || Float.isInfinite(scale)) {
                throw new CheckpointProblem(
                                "checkpoint",
                                "tensor " + Int8Tensors.scalesOf(name),
                                "finite scales",
                                scale + " at " + out)
                        .asException();
            }
        }
    }

    /// As a checkpoint holds it; of INT8 only.
    public Int8Matrix int8() {
        return new Int8Matrix(data, scales);
    }

    /// The weight of a panel's output `lane` out of its pair.
    private static float half(int pair, int lane) {
        return Float.intBitsToFloat(lane < HALF_PANEL ? pair << 16 : pair & 0xffff0000);
    }
}
