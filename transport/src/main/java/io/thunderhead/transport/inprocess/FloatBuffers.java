package io.thunderhead.transport.inprocess;

import java.lang.foreign.MemorySegment;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import org.jspecify.annotations.Nullable;

/// Float memory for answers, used again and again. Thread-safe.
final class FloatBuffers {
    private final BlockingQueue<float[]> free;

    /// @param keptMax buffers that wait for their next use at most
    FloatBuffers(int keptMax) {
        this.free = new ArrayBlockingQueue<>(keptMax);
    }

    Lease take(int floats) {
        float @Nullable [] kept = free.poll();
        return new Lease(kept != null && kept.length >= floats ? kept : new float[roomFor(floats)], floats);
    }

    /// A power of two if there is one: sizes differ from answer to answer, and buffers of the largest one's size yet
    /// would be made anew with every larger one.
    private static int roomFor(int floats) {
        return Math.max(floats, Integer.highestOneBit(Math.max(1, floats - 1)) << 1);
    }

    /// Used by one owner at a time; closed once.
    final class Lease implements AutoCloseable {
        private final float[] floats;
        private final MemorySegment segment;
        private final MemorySegment readOnly;

        private Lease(float[] floats, int used) {
            this.floats = floats;
            this.segment = MemorySegment.ofArray(floats).asSlice(0, (long) used * Float.BYTES);
            this.readOnly = segment.asReadOnly();
        }

        /// For whoever fills it.
        MemorySegment segment() {
            return segment;
        }

        /// For whoever reads what was filled in: asked for once a row, so not made anew.
        MemorySegment readOnly() {
            return readOnly;
        }

        @Override
        public void close() {
            boolean kept = free.offer(floats);
            assert kept || free.remainingCapacity() == 0;
        }
    }
}
