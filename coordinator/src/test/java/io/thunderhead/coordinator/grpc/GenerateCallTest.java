package io.thunderhead.coordinator.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Status;
import io.thunderhead.coordinator.api.CompletionSpec;
import io.thunderhead.coordinator.api.Completions;
import io.thunderhead.coordinator.engine.TokenSink.FinishReason;
import io.thunderhead.coordinator.testing.FakeEngine;
import io.thunderhead.coordinator.testing.FakeGeneration;
import io.thunderhead.coordinator.testing.FakeModels;
import io.thunderhead.core.time.Deadline;
import io.thunderhead.model.sampling.SamplingParams;
import io.thunderhead.model.tokenizer.TokenIds;
import java.time.Duration;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import org.junit.jupiter.api.Test;

/// What a call sends to a client that reads when the test says so.
final class GenerateCallTest {
    private final FakeEngine engine = FakeEngine.manual();
    private final StepwiseClient client = new StepwiseClient();

    /// Its time is over as soon as it has to wait for the client.
    @Test
    void sendsNothingToAClientThatDoesNotRead() {
        start(Deadline.after(Duration.ZERO));

        assertThat(client.awaitEnd().getCode()).isEqualTo(Status.Code.DEADLINE_EXCEEDED);
        assertThat(client.events()).isEmpty();
    }

    @Test
    void mergesWhatWasGeneratedWhileTheClientDidNotRead() {
        start(Deadline.after(Duration.ofSeconds(30)));
        FakeGeneration generation = engine.awaitGeneration();
        generation.emit("x".repeat(600));
        generation.end(FinishReason.LENGTH);

        client.readAll();

        assertThat(client.awaitEnd().getCode()).isEqualTo(Status.Code.OK);
        assertThat(client.events())
                .extracting(event -> event.getTokens().getIdsCount())
                .containsExactly(0, 256, 256, 88, 0);
    }

    private void start(Deadline deadline) {
        CompletionSpec spec = new CompletionSpec(
                "r-1",
                "tests",
                FakeModels.CHAT,
                List.of(TokenIds.of(1, 2)),
                1,
                SamplingParams.GREEDY,
                OptionalInt.of(600),
                List.of(),
                Set.of(),
                false,
                true,
                false,
                -1,
                deadline);
        new GenerateCall(spec, new Completions(engine).start(spec), client).start();
    }
}
