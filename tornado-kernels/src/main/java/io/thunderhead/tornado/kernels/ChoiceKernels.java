package io.thunderhead.tornado.kernels;

import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.math.TornadoMath;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/// What is chosen from logits: a row's experts, and its next token when sampling is greedy. Among equals the lower id
/// wins. `step` is `[row count, ...]`.
public final class ChoiceKernels {
    public static final int GROUP = 128;

    private static final float LOWEST = -3.0e38f;

    private ChoiceKernels() {}

    /// The best `topK` experts of each row in ascending id order, weighted by the softmax of their logits alone: those
    /// that fewer than `topK` others beat.
    ///
    /// Grid: `[rows]`, any local size: one thread a row.
    ///
    /// @param logits `[rows, experts]`
    /// @param expertIds,weights `[rows, topK]`
    public static void topExperts(
            KernelContext context,
            IntArray step,
            FloatArray logits,
            IntArray expertIds,
            FloatArray weights,
            int experts,
            int topK) {
        int row = context.globalIdx;
        if (row < step.get(0)) {
            int first = row * topK;
            float highest = LOWEST;
            int slot = 0;
            for (int expert = 0; expert < experts; expert++) {
                float own = logits.get(row * experts + expert);
                highest = Math.max(highest, own);
                int better = 0;
                for (int other = 0; other < expert; other++) {
                    if (logits.get(row * experts + other) >= own) {
                        better = better + 1;
                    }
                }
                for (int other = expert + 1; other < experts; other++) {
                    if (logits.get(row * experts + other) > own) {
                        better = better + 1;
                    }
                }
                if (better < topK) {
                    expertIds.set(first + slot, expert);
                    slot = slot + 1;
                }
            }
            float sum = 0f;
            for (int i = first; i < first + topK; i++) {
                sum += TornadoMath.exp(logits.get(row * experts + expertIds.get(i)) - highest);
            }
            for (int i = first; i < first + topK; i++) {
                weights.set(i, TornadoMath.exp(logits.get(row * experts + expertIds.get(i)) - highest) / sum);
            }
        }
    }

    /// The token with the largest logit of each row, the lowest id among equals; -1 if a logit of the row is not
    /// finite.
    ///
    /// Grid: `[rows * GROUP]`, local `[GROUP]`.
    ///
    /// @param logits `[rows, vocab]`
    public static void greedyTokens(
            KernelContext context, IntArray step, FloatArray logits, IntArray tokens, int vocab) {
        float[] values = context.allocateFloatLocalArray(GROUP);
        int[] ids = context.allocateIntLocalArray(GROUP);
        int row = context.groupIdx;
        int thread = context.localIdx;
        if (row < step.get(0)) {
            float best = LOWEST;
            int bestId = thread;
            float strange = 0f;
            for (int id = thread; id < vocab; id += GROUP) {
                float logit = logits.get(row * vocab + id);
                if (logit > best) {
                    best = logit;
                    bestId = id;
                }
                // 0, or NaN from the first infinity or NaN on
                strange += logit * 0f;
            }
            values[thread] = best;
            context.localBarrier();
            for (int half = GROUP / 2; half > 0; half = half / 2) {
                if (thread < half) {
                    values[thread] = Math.max(values[thread], values[thread + half]);
                }
                context.localBarrier();
            }
            ids[thread] = vocab;
            if (best == values[0]) {
                ids[thread] = bestId;
            }
            if (strange != 0f) {
                ids[thread] = -1;
            }
            context.localBarrier();
            for (int half = GROUP / 2; half > 0; half = half / 2) {
                if (thread < half) {
                    ids[thread] = Math.min(ids[thread], ids[thread + half]);
                }
                context.localBarrier();
            }
            if (thread == 0) {
                tokens.set(row, ids[0]);
            }
        }
    }
}
