package io.thunderhead.transport.stage;

import io.thunderhead.core.error.ServingException;
import io.thunderhead.model.sampling.TokenLogprobs;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// How a step went on one stage.
public sealed interface StepOutcome {
    long stepId();

    /// @param results one an item that asked for something, in item order; only from the last stage, else empty
    record Done(long stepId, List<ItemResult> results, StepTimings timings) implements StepOutcome {
        public Done {
            results = List.copyOf(results);
        }
    }

    /// The states of the step's sequences are undefined on this stage afterwards: they must be released and replayed.
    record Failed(long stepId, ServingException error) implements StepOutcome {}

    /// @param tokenId the sampled token, or -1 if none was asked for
    /// @param logprobs of the sampled token, if asked for
    /// @param promptLogprobs entry i is of the token at `startPosition + i + 1`; empty unless asked for
    record ItemResult(
            long sequenceId, int tokenId, @Nullable TokenLogprobs logprobs, List<TokenLogprobs> promptLogprobs) {
        public ItemResult {
            promptLogprobs = List.copyOf(promptLogprobs);
        }
    }
}
