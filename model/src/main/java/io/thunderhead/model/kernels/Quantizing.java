package io.thunderhead.model.kernels;

import io.thunderhead.model.checkpoint.Int8Tensors;
import io.thunderhead.model.checkpoint.StoredTensor;
import io.thunderhead.model.config.CheckpointProblem;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// Rounds a stored matrix to INT8 panels, one panel at a time. A row's scale is its largest absolute value over 127 (1
/// for a row of zeros), its weights are rounded to the nearest multiple, halves to the even one, as vLLM's
/// experts_int8 does it.
final class Quantizing {
    static final int LARGEST = 127;

    private final StoredTensor stored;
    private final PackedMatrix packed;

    Quantizing(StoredTensor stored, Arena arena) {
        int outSize = Packing.outSize(stored);
        int inSize = Packing.inSize(stored);
        this.stored = stored;
        this.packed = new PackedMatrix(
                outSize,
                inSize,
                WeightFormat.INT8,
                arena.allocate(PackedMatrix.byteSize(outSize, inSize, WeightFormat.INT8), Packing.ALIGNMENT),
                arena.allocate((long) outSize * Float.BYTES, Packing.ALIGNMENT));
    }

    PackedMatrix packed() {
        return packed;
    }

    /// Throws CHECKPOINT_INVALID if a weight is infinite or no number.
    ///
    /// @param row room for one stored row
    void packPanel(int panel, float[] row) {
        int inSize = packed.inSize();
        for (int lane = 0; lane < packed.panelWidth(panel); lane++) {
            int out = panel * PackedMatrix.PANEL + lane;
            StoredFloats.read(stored, (long) out * inSize, inSize, row, 0);
            float scale = scale(out, row);
            packed.scales().set(Int8Tensors.SCALE, (long) out * Float.BYTES, scale);
            packRow(panel, lane, row, scale);
        }
    }

    private float scale(int out, float[] row) {
        float largest = 0;
        for (int in = 0; in < packed.inSize(); in++) {
            largest = Math.max(largest, Math.abs(row[in]));
        }
        if (!Float.isFinite(largest)) {
            throw new CheckpointProblem(
                            stored.file(), "tensor " + stored.name(), "finite weights", largest + " in row " + out)
                    .asException();
        }
        return largest == 0 ? 1 : largest / LARGEST;
    }

    private void packRow(int panel, int lane, float[] row, float scale) {
        MemorySegment data = packed.data();
        long to = packed.panelOffset(panel) + lane;
        for (int in = 0; in < packed.inSize(); in++) {
            // a scale that lost bits as a denormal can be too small for its row
            float multiple = Math.clamp(row[in] / scale, -LARGEST, LARGEST);
            data.set(ValueLayout.JAVA_BYTE, to + (long) in * PackedMatrix.PANEL, (byte) Math.rint(multiple));
        }
    }
}
