package io.thunderhead.model.sampling;

import java.util.List;

/// Log-probability (natural, of the softmax over the raw logits) of one token and of the most likely ones there.
///
/// @param rank 1 = the most likely
/// @param top most likely first
public record TokenLogprobs(int tokenId, float logprob, int rank, List<Alternative> top) {
    public TokenLogprobs {
        top = List.copyOf(top);
    }

    public record Alternative(int tokenId, float logprob) {}
}
