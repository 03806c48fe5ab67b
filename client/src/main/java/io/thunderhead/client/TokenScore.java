package io.thunderhead.client;

import java.util.List;

/// How likely a token was at its position, and what else was.
///
/// @param rank 1 = the most likely
/// @param alternatives most likely first
public record TokenScore(TokenLogprob token, int rank, List<TokenLogprob> alternatives) {
    public TokenScore {
        alternatives = List.copyOf(alternatives);
    }
}
