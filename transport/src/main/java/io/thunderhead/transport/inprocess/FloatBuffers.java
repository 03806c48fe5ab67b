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
        return new Lease(kept != null && kept.length >= floats ? kept : new float[floats], floats);
    }

    /// Used by one owner at a time; closed once.
    final class Lease implements AutoCloseable {
        private final float[] floats;
        private final MemorySegment segment;

        private Lease(float[] floats, int used) {
            this.floats = floats;
            this.segment = MemorySegment.ofArray(floats).asSlice(0, (long) used * Float.BYTES);
        }

        MemorySegment segment() {
            return segment;
        }

        @Override
        public void close() {
            boolean kept = free.offer(floats);
            assert kept || free.remainingCapacity() == 0;
        }
    }
}
