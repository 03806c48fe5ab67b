package io.thunderhead.model.kernels;

import io.thunderhead.model.checkpoint.DType;
import io.thunderhead.model.checkpoint.StoredTensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/// Copies a stored matrix into panels, one panel at a time.
final class Packing {
    private static final ValueLayout.OfShort STORED_SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    /// Cache line, and the widest vector.
    static final long ALIGNMENT = 64;

    private final StoredTensor stored;
    private final PackedMatrix packed;

    Packing(StoredTensor stored, Arena arena) {
        WeightFormat format = formatOf(stored);
        MemorySegment data = arena.allocate(PackedMatrix.byteSize(outSize(stored), inSize(stored), format), ALIGNMENT);
        this.stored = stored;
        this.packed = new PackedMatrix(outSize(stored), inSize(stored), format, data, MemorySegment.NULL);
    }

    static WeightFormat formatOf(StoredTensor stored) {
        return stored.dtype() == DType.BF16 ? WeightFormat.BF16 : WeightFormat.F32;
    }

    /// A size rounded up, so that what is allocated behind it is aligned.
    static long aligned(long byteSize) {
        return Math.ceilDiv(byteSize, ALIGNMENT) * ALIGNMENT;
    }

    static int outSize(StoredTensor stored) {
        return stored.shape().size() == 1 ? 1 : stored.shape().getFirst();
    }

    static int inSize(StoredTensor stored) {
        return stored.shape().getLast();
    }

    PackedMatrix packed() {
        return packed;
    }

    /// @param row room for one stored row
    void packPanel(int panel, float[] row) {
        for (int lane = 0; lane < packed.panelWidth(panel); lane++) {
            if (packed.format() == WeightFormat.BF16) {
                packPairs(panel, lane);
            } else {
                packFloats(panel, lane, row);
            }
        }
    }

    /// The low half of the pairs overwrites them, the high half is added: lanes come in ascending order.
    private void packPairs(int panel, int lane) {
        int inSize = packed.inSize();
        long from = (long) (panel * PackedMatrix.PANEL + lane) * inSize * Short.BYTES;
        long to = packed.panelOffset(panel) + (long) (lane % PackedMatrix.HALF_PANEL) * Integer.BYTES;
        boolean low = lane < PackedMatrix.HALF_PANEL;
        for (int in = 0; in < inSize; in++) {
            int bits = stored.data().get(STORED_SHORT, from + (long) in * Short.BYTES);
            int pair = low
                    ? Short.toUnsignedInt((short) bits)
                    : packed.data().get(ValueLayout.JAVA_INT, to) | bits << Short.SIZE;
            packed.data().set(ValueLayout.JAVA_INT, to, pair);
            to += PackedMatrix.HALF_PANEL * Integer.BYTES;
        }
    }

    private void packFloats(int panel, int lane, float[] row) {
        int inSize = packed.inSize();
        StoredFloats.read(stored, (long) (panel * PackedMatrix.PANEL + lane) * inSize, inSize, row, 0);
        long to = packed.panelOffset(panel) + (long) lane * Float.BYTES;
        for (int in = 0; in < inSize; in++) {
            packed.data().set(ValueLayout.JAVA_FLOAT, to + (long) in * PackedMatrix.PANEL * Float.BYTES, row[in]);
        }
    }

    /// The stored pages are not needed again soon; without this they would stay resident beside the packed copy.
    static void dropSource(StoredTensor stored) {
        if (stored.data().isMapped()) {
            stored.data().unload();
        }
    }
}
