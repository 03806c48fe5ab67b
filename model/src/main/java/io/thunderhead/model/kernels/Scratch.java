package io.thunderhead.model.kernels;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/// Memory of one kernel thread, grown to the largest operation it has seen and used by one task at a time. Content is
/// undefined when a task starts.
final class Scratch {
    final Product product = new Product();
    final BlockProduct block = new BlockProduct();
    final Recurrence recurrence = new Recurrence();

    final float[] partialSums = new float[Arithmetic.PARTIAL_SUMS];

    /// Attention scores `[queries, tokens]`.
    final Floats scores = new Floats();

    /// Decayed keys `[headDim, tokens]`, or the up half of a feed-forward.
    final Floats keys = new Floats();

    /// A lightning state `[headDim, headDim]` under way.
    final Floats state = new Floats();

    /// Cosines and sines of a position.
    final Floats turns = new Floats();

    /// Of softmax attention: the largest score so far and the sum of exponentials of every query.
    final Floats maxima = new Floats();

    final Floats sums = new Floats();

    /// Keys `[headDim, tokens]` as a right factor.
    final Memory rightKeys = new Memory();

    /// Values `[tokens, headDim]` as a right factor.
    final Memory rightValues = new Memory();

    private int[] firstParts = new int[0];

    /// Of an operation that this thread shares out: the first task of every segment.
    int[] firstParts(int segments) {
        if (firstParts.length < segments) {
            firstParts = new int[segments];
        }
        return firstParts;
    }

    static final class Floats {
        private float[] array = new float[0];

        float[] atLeast(int size) {
            if (array.length < size) {
                array = new float[size];
            }
            return array;
        }
    }

    /// Off-heap like weights and states, so that products see one kind of memory; freed by the collector.
    static final class Memory {
        private MemorySegment segment = MemorySegment.NULL;

        MemorySegment floatsAtLeast(long count) {
            if (segment.byteSize() < count * Float.BYTES) {
                segment = Arena.ofAuto().allocate(count * Float.BYTES, 64);
            }
            return segment;
        }
    }
}
