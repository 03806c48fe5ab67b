package io.thunderhead.coordinator.schedule;

import io.thunderhead.coordinator.engine.GenerationRequest;
import io.thunderhead.coordinator.testing.RecordingSink;
import io.thunderhead.core.time.Deadline;
import io.thunderhead.model.sampling.SamplingParams;
import io.thunderhead.model.tokenizer.TokenIds;
import java.util.Set;

/// Sequences in the states that tests start from.
final class Sequences {
    private static long arrivals;

    private Sequences() {}

    static GenerationRequest request(String client, int promptTokens, int maxTokens) {
        return new GenerationRequest(
                "r",
                client,
                TokenIds.of(new int[promptTokens]),
                SamplingParams.GREEDY,
                maxTokens,
                Set.of(),
                -1,
                new Deadline(Long.MAX_VALUE));
    }

    /// Arrived after all made before.
    static Sequence waiting(String client, int promptTokens) {
        return new Sequence(
                request(client, promptTokens, 1000), new RecordingSink(), ++arrivals, 0, promptTokens + 1000);
    }

    /// Its first `sent` prompt tokens are on the stages.
    static Sequence reading(String client, int promptTokens, int sent) {
        Sequence sequence = waiting(client, promptTokens);
        sequence.beginLife(sequence.order());
        sequence.sent(sent, 0);
        return sequence;
    }

    /// Its prompt is on the stages and its next token is known.
    static Sequence decoding(String client, int tokens) {
        Sequence sequence = reading(client, tokens, tokens);
        sequence.append(7);
        return sequence;
    }
}
