package io.thunderhead.coordinator.testing;

import io.thunderhead.coordinator.engine.GenerationRequest;
import io.thunderhead.model.config.LayerKind;
import io.thunderhead.model.config.ModelConfig;
import io.thunderhead.model.config.ResidualFactors;
import io.thunderhead.model.sampling.TokenLogprobs;
import java.util.ArrayList;
import java.util.List;

/// A model whose next token is a hash of all tokens so far, and of which of them went through the recurrence: what one
/// replay gets wrong, every later token shows.
public final class ToyModel {
    public static final int VOCAB = 97;
    public static final long EMPTY_STATE = 0x9E3779B97F4A7C15L;

    private ToyModel() {}

    /// Two softmax layers, so that two stages can each have one.
    public static ModelConfig config(int contextMax) {
        ResidualFactors one = new ResidualFactors(1, 1);
        return new ModelConfig(
                "minimax_text_01",
                VOCAB,
                8,
                8,
                List.of(LayerKind.SOFTMAX, LayerKind.SOFTMAX, LayerKind.SOFTMAX),
                1,
                1,
                8,
                4,
                1e4,
                2,
                2,
                1e-5f,
                1e-6f,
                256,
                one,
                one,
                one,
                contextMax,
                false,
                List.of());
    }

    public static long feed(long state, int tokenId, boolean decode) {
        return mix(state * 31 + tokenId * 2L + (decode ? 1 : 0));
    }

    public static int next(long state, long seed) {
        return (int) Long.remainderUnsigned(mix(state ^ mix(seed)), VOCAB);
    }

    public static TokenLogprobs score(long stateBefore, int tokenId) {
        float logprob = -(mix(stateBefore + tokenId) >>> 48) / 1000f;
        return new TokenLogprobs(tokenId, logprob, 1, List.of());
    }

    /// What the request gets when it runs alone, stop token included.
    public static List<Integer> answer(GenerationRequest request, int contextMax) {
        long state = EMPTY_STATE;
        for (int id : request.promptIds().toArray()) {
            state = feed(state, id, false);
        }
        List<Integer> answer = new ArrayList<>();
        int tokensMax =
                Math.min(request.maxTokens(), contextMax - request.promptIds().size());
        while (answer.size() < tokensMax) {
            int token = next(state, request.sampling().seed());
            answer.add(token);
            if (request.stopTokenIds().contains(token)) {
                break;
            }
            state = feed(state, token, true);
        }
        return answer;
    }

    public static List<TokenLogprobs> promptScores(GenerationRequest request) {
        List<TokenLogprobs> scores = new ArrayList<>();
        long state = EMPTY_STATE;
        int[] ids = request.promptIds().toArray();
        for (int position = 0; position + 1 < ids.length; position++) {
            state = feed(state, ids[position], false);
            scores.add(score(state, ids[position + 1]));
        }
        return scores;
    }

    private static long mix(long value) {
        long mixed = (value ^ (value >>> 30)) * 0xBF58476D1CE4E5B9L;
        mixed = (mixed ^ (mixed >>> 27)) * 0x94D049BB133111EBL;
        return mixed ^ (mixed >>> 31);
    }
}
