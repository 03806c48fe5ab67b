package io.thunderhead.tornado.kernels;

import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.math.TornadoMath;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/// Softmax attention over pages, for prefill and decode (spec section 6).
///
/// `pages [layers, pages, kvHeads, 2, 256 * headDim]`: keys `[headDim, 256]`, then values `[256, headDim]`, each head
/// as in [io.thunderhead.model.state.StateLayout]. `step` is `[row count, layer, splits]`. `rowTable` has
/// [#ROW_INTS] ints a row: its position, and where in `pageTable` the page numbers of its sequence begin.
public final class SoftmaxKernels {
    public static final int PAGE = 256;
    public static final int ROW_INTS = 2;
    /// Tokens that a group looks at together, and its threads.
    public static final int GROUP = 128;

    private static final float LOWEST = -3.0e38f;

    private SoftmaxKernels() {}

    /// Rotates the first `2 * pairs` dimensions of queries and keys, scales queries by `1 / sqrt(headDim)` in place,
    /// and writes keys and values into the rows' pages.
    ///
    /// Grid: `[rows * headDim, heads + 2 * kvHeads]`, local `[headDim, 1]`.
    ///
    /// @param turns `[rows, 2, pairs]`: cosines, then sines, of each row's angles
    /// @param q `[rows, heads, headDim]`
    /// @param k,v `[rows, kvHeads, headDim]`
    public static void storeKeysValues(
            KernelContext context,
            IntArray step,
            IntArray rowTable,
            IntArray pageTable,
            FloatArray turns,
            FloatArray q,
            FloatArray k,
            FloatArray v,
            FloatArray pages,
            int pageCount,
            int heads,
            int kvHeads,
            int headDim,
            int pairs) {
        int row = context.groupIdx;
        int part = context.groupIdy;
        int i = context.localIdx;
        if (row < step.get(0)) {
            int position = rowTable.get(row * ROW_INTS);
            int page = pageTable.get(rowTable.get(row * ROW_INTS + 1) + position / PAGE);
            int home = (step.get(1) * pageCount + page) * kvHeads;
            int pair = i < pairs ? i : i - pairs;
            float cos = 1f;
            float sin = 0f;
            if (i < 2 * pairs) {
                cos = turns.get(row * 2 * pairs + pair);
                sin = turns.get(row * 2 * pairs + pairs + pair);
            }
            if (part < heads) {
                int first = (row * heads + part) * headDim;
                float own = q.get(first + i);
                float other = 0f;
                if (i < pairs) {
                    other = -q.get(first + i + pairs);
                } else if (i < 2 * pairs) {
                    other = q.get(first + i - pairs);
                }
                context.localBarrier();
                q.set(first + i, (own * cos + other * sin) / TornadoMath.sqrt((float) headDim));
            } else if (part < heads + kvHeads) {
                int head = part - heads;
                int first = (row * kvHeads + head) * headDim;
                float own = k.get(first + i);
                float other = 0f;
                if (i < pairs) {
                    other = -k.get(first + i + pairs);
                } else if (i < 2 * pairs) {
                    other = k.get(first + i - pairs);
                }
                pages.set((home + head) * 2 * PAGE * headDim + i * PAGE + position % PAGE, own * cos + other * sin);
            } else {
                int head = part - heads - kvHeads;
                float own = v.get((row * kvHeads + head) * headDim + i);
                pages.set(((home + head) * 2 + 1) * PAGE * headDim + position % PAGE * headDim + i, own);
            }
        }
    }

    /// One part of a row's past for one head, with a running maximum: maximum, sum, and the weighted values.
    ///
    /// Grid: `[rows * GROUP, heads, splitMax]`, local `[GROUP, 1, 1]`.
    ///
    /// @param partials `[rows, heads, splits, headDim + 2]`
    public static void attend(
            KernelContext context,
            IntArray step,
            IntArray rowTable,
            IntArray pageTable,
            FloatArray q,
            FloatArray pages,
            FloatArray partials,
            int pageCount,
            int heads,
            int kvHeads,
            int headDim) {
        float[] query = context.allocateFloatLocalArray(GROUP);
        float[] weights = context.allocateFloatLocalArray(GROUP);
        float[] folded = context.allocateFloatLocalArray(GROUP);
        int row = context.groupIdx;
        int head = context.groupIdy;
        int split = context.groupIdz;
        int splits = step.get(2);
        int thread = context.localIdx;
        if (row < step.get(0) && split < splits) {
            int position = rowTable.get(row * ROW_INTS);
            int firstPage = rowTable.get(row * ROW_INTS + 1);
            int tiles = position / GROUP + 1;
            int tilesEach = (tiles + splits - 1) / splits;
            int tileEnd = Math.min(tiles, (split + 1) * tilesEach);
            int kvHead = head / (heads / kvHeads);
            if (thread < headDim) {
                query[thread] = q.get((row * heads + head) * headDim + thread);
            }
            context.localBarrier();
            float largest = LOWEST;
            float total = 0f;
            float sum = 0f;
            for (int tile = split * tilesEach; tile < tileEnd; tile++) {
                int first = tile * GROUP;
                int page = step.get(1) * pageCount + pageTable.get(firstPage + first / PAGE);
                int keys = (page * kvHeads + kvHead) * 2 * PAGE * headDim + first % PAGE;
                float score = LOWEST;
                if (first + thread <= position) {
                    score = 0f;
                    for (int i = 0; i < headDim; i++) {
                        score += query[i] * pages.get(keys + i * PAGE + thread);
                    }
                }
                folded[thread] = score;
                context.localBarrier();
                for (int half = GROUP / 2; half > 0; half = half / 2) {
                    if (thread < half) {
                        folded[thread] = Math.max(folded[thread], folded[thread + half]);
                    }
                    context.localBarrier();
                }
                float higher = Math.max(largest, folded[0]);
                float weight = 0f;
                if (first + thread <= position) {
                    weight = TornadoMath.exp(score - higher);
                }
                context.localBarrier();
                weights[thread] = weight;
                folded[thread] = weight;
                context.localBarrier();
                for (int half = GROUP / 2; half > 0; half = half / 2) {
                    if (thread < half) {
                        folded[thread] += folded[thread + half];
                    }
                    context.localBarrier();
                }
                float shrink = TornadoMath.exp(largest - higher);
                total = total * shrink + folded[0];
                largest = higher;
                if (thread < headDim) {
                    int values = ((page * kvHeads + kvHead) * 2 + 1) * PAGE * headDim + first % PAGE * headDim + thread;
                    int tokens = Math.min(GROUP, position + 1 - first);
                    sum = sum * shrink;
                    for (int t = 0; t < tokens; t++) {
                        sum += weights[t] * pages.get(values + t * headDim);
                    }
                }
                context.localBarrier();
            }
            int to = ((row * heads + head) * splits + split) * (headDim + 2);
            if (thread < headDim) {
                partials.set(to + 2 + thread, sum);
            }
            if (thread == 0) {
                partials.set(to, largest);
                partials.set(to + 1, total);
            }
        }
    }

    /// Adds up the parts of each row and head.
    ///
    /// Grid: `[rows * headDim, heads]`, local `[headDim, 1]`.
    ///
    /// @param out `[rows, heads, headDim]`
    public static void combine(
            KernelContext context, IntArray step, FloatArray partials, FloatArray out, int heads, int headDim) {
        int row = context.groupIdx;
        int head = context.groupIdy;
        int i = context.localIdx;
        if (row < step.get(0)) {
            int splits = step.get(2);
            int first = (row * heads + head) * splits * (headDim + 2);
            float largest = LOWEST;
            for (int split = 0; split < splits; split++) {
                largest = Math.max(largest, partials.get(first + split * (headDim + 2)));
            }
            float total = 0f;
            float sum = 0f;
            for (int split = 0; split < splits; split++) {
                int part = first + split * (headDim + 2);
                float weight = TornadoMath.exp(partials.get(part) - largest);
                total += weight * partials.get(part + 1);
                sum += weight * partials.get(part + 2 + i);
            }
            out.set((row * heads + head) * headDim + i, sum / total);
        }
    }
}
