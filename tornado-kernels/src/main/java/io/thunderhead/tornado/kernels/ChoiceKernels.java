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

    /// The best `topK` experts of each row in ascending id order, weighted by the softmax of their logits alone.
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
            float highest = 0f;
            float last = 0f;
            int lastId = -1;
            for (int slot = 0; slot < topK; slot++) {
                float best = LOWEST;
                int bestId = 0;
                for (int expert = 0; expert < experts; expert++) {
                    float logit = logits.get(row * experts + expert);
                    boolean free = slot == 0 || logit < last || (logit == last && expert > lastId);
                    if (free && logit > best) {
                        best = logit;
                        bestId = expert;
                    }
                }
                last = best;
                lastId = bestId;
                if (slot == 0) {
                    highest = best;
                }
                int to = slot;
                while (to > 0 && expertIds.get(first + to - 1) > bestId) {
                    expertIds.set(first + to, expertIds.get(first + to - 1));
                    to = to - 1;
                }
                expertIds.set(first + to, bestId);
            }
            float sum = 0f;
            for (int slot = 0; slot < topK; slot++) {
                float logit = logits.get(row * experts + expertIds.get(first + slot));
                sum += TornadoMath.exp(logit - highest);
            }
            for (int slot = 0; slot < topK; slot++) {
                float logit = logits.get(row * experts + expertIds.get(first + slot));
                weights.set(first + slot, TornadoMath.exp(logit - highest) / sum);
            }
        }
    }

    /// The token with the largest logit of each row.
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
            for (int id = thread; id < vocab; id += GROUP) {
                float logit = logits.get(row * vocab + id);
                if (logit > best) {
                    best = logit;
                    bestId = id;
                }
            }
            values[thread] = best;
            ids[thread] = bestId;
            context.localBarrier();
            for (int half = GROUP / 2; half > 0; half = half / 2) {
                if (thread < half) {
                    float other = values[thread + half];
                    int otherId = ids[thread + half];
                    if (other > values[thread] || (other == values[thread] && otherId < ids[thread])) {
                        values[thread] = other;
                        ids[thread] = otherId;
                    }
                }
                context.localBarrier();
            }
            if (thread == 0) {
                tokens.set(row, ids[0]);
            }
        }
    }
}
