package io.thunderhead.model.sampling;

import io.thunderhead.core.error.ErrorCode;
import io.thunderhead.core.error.ServingException;
import java.util.ArrayList;
import java.util.List;

/// Chooses the next token from a row of logits. The choice depends on the logits, the parameters, the sequence's own
/// tokens and the position, never on the batch: the random number of a position is a hash of seed and position.
///
/// Order of operations as in vLLM: repetition, frequency and presence penalties, logit bias, temperature, min-p, top-k,
/// top-p. Log-probabilities are of the raw logits. Keeps scratch of the vocabulary's size; one thread.
public final class Sampler {
    private final float[] adjusted;
    private final Candidates candidates;

    public Sampler(int vocabSize) {
        this.adjusted = new float[vocabSize];
        this.candidates = new Candidates(vocabSize);
    }

    /// Throws INTERNAL if a logit is not finite: such a row chooses nothing, whatever token would come out.
    ///
    /// @param logits `[vocab]`, left as they are
    /// @param position of the token to be chosen
    public int sample(float[] logits, SamplingParams params, TokenHistory history, int position) {
        checkFinite(logits);
        float[] scores = adjust(logits, params, history);
        if (params.temperature() == 0) {
            return largest(scores);
        }
        candidates.fill(scores, params.temperature());
        candidates.keepAtLeast(params.minP());
        candidates.keepLargest(params.topK());
        candidates.keepNucleus(params.topP());
        return candidates.pick(uniform(params.seed(), position));
    }

    /// Log-probability of `tokenId` under the raw logits, its rank, and the most likely tokens. Throws as [#sample].
    public TokenLogprobs logprobs(float[] logits, int tokenId, int alternatives) {
        checkFinite(logits);
        double logSum = logSumExp(logits);
        int rank = 1;
        for (float logit : logits) {
            if (logit > logits[tokenId]) {
                rank++;
            }
        }
        List<TokenLogprobs.Alternative> top = new ArrayList<>(alternatives);
        for (int id : largest(logits, Math.min(alternatives, logits.length))) {
            top.add(new TokenLogprobs.Alternative(id, (float) (logits[id] - logSum)));
        }
        return new TokenLogprobs(tokenId, (float) (logits[tokenId] - logSum), rank, top);
    }

    private static void checkFinite(float[] logits) {
        for (int id = 0; id < logits.length; id++) {
            if (!Float.isFinite(logits[id])) {
                throw new ServingException(
                        ErrorCode.INTERNAL, "logits: expected finite numbers, got " + logits[id] + " for token " + id);
            }
        }
    }

    private float[] adjust(float[] logits, SamplingParams params, TokenHistory history) {
        if (!params.needsHistory() && params.logitBias().isEmpty()) {
            return logits;
        }
        System.arraycopy(logits, 0, adjusted, 0, logits.length);
        if (params.repetitionPenalty() != 1) {
            history.forEachSeen(id -> adjusted[id] = adjusted[id] > 0
                    ? adjusted[id] / params.repetitionPenalty()
                    : adjusted[id] * params.repetitionPenalty());
        }
        if (params.frequencyPenalty() != 0 || params.presencePenalty() != 0) {
            history.forEachGenerated(id ->
                    adjusted[id] -= params.frequencyPenalty() * history.generatedCount(id) + params.presencePenalty());
        }
        params.logitBias().forEach((id, bias) -> adjusted[id] += bias);
        return adjusted;
    }

    /// Lowest id wins ties.
    private static int largest(float[] scores) {
        int best = 0;
        for (int id = 1; id < scores.length; id++) {
            if (scores[id] > scores[best]) {
                best = id;
            }
        }
        return best;
    }

    /// The `count` largest, largest first, lower ids before higher ones of the same value; insertion into a short list.
    private static int[] largest(float[] scores, int count) {
        int[] best = new int[count];
        int filled = 0;
        for (int id = 0; id < scores.length && count > 0; id++) {
            if (filled == count && scores[id] <= scores[best[count - 1]]) {
                continue;
            }
            int place = filled < count ? filled++ : count - 1;
            while (place > 0 && scores[best[place - 1]] < scores[id]) {
                best[place] = best[place - 1];
                place--;
            }
            best[place] = id;
        }
        return best;
    }

    private static double logSumExp(float[] logits) {
        float max = logits[largest(logits)];
        double sum = 0;
        for (float logit : logits) {
            sum += Math.exp(logit - max);
        }
        return max + Math.log(sum);
    }

    /// 53 random bits of (seed, position) by the SplitMix64 finaliser: neighbouring positions share nothing.
    static double uniform(long seed, int position) {
        long bits = mix(mix(seed) + 0x9E3779B97F4A7C15L * (position + 1L));
        return (bits >>> 11) * 0x1.0p-53;
    }

    private static long mix(long z) {
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }
}
