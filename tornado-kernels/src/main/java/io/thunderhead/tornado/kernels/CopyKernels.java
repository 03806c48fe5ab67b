package io.thunderhead.tornado.kernels;

import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/// Moves one piece of a large device array (a sequence's state, a page, an expert's matrix) to and from a small one
/// that is exchanged with the host. Grid: `[piece size, padded to GROUP]`, local `[GROUP]`. `where` is `[index of the
/// first element, count]`.
public final class CopyKernels {
    public static final int GROUP = 128;

    private CopyKernels() {}

    public static void read(KernelContext context, IntArray where, FloatArray large, FloatArray piece) {
        int i = context.globalIdx;
        if (i < where.get(1)) {
            piece.set(i, large.get(where.get(0) + i));
        }
    }

    public static void write(KernelContext context, IntArray where, FloatArray large, FloatArray piece) {
        int i = context.globalIdx;
        if (i < where.get(1)) {
            large.set(where.get(0) + i, piece.get(i));
        }
    }

    public static void writeWords(KernelContext context, IntArray where, IntArray large, IntArray piece) {
        int i = context.globalIdx;
        if (i < where.get(1)) {
            large.set(where.get(0) + i, piece.get(i));
        }
    }
}
