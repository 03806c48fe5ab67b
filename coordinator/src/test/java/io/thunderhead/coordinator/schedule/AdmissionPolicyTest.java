package io.thunderhead.coordinator.schedule;

import static io.thunderhead.coordinator.schedule.Sequences.request;
import static org.assertj.core.api.Assertions.assertThat;

import io.thunderhead.coordinator.engine.GenerationRequest;
import io.thunderhead.coordinator.schedule.AdmissionDecision.Admitted;
import io.thunderhead.coordinator.schedule.AdmissionDecision.Rejected;
import io.thunderhead.coordinator.schedule.AdmissionPolicy.Load;
import io.thunderhead.core.error.ErrorCode;
import io.thunderhead.core.error.ServingException;
import io.thunderhead.core.time.Deadline;
import io.thunderhead.model.sampling.SamplingParams;
import io.thunderhead.model.tokenizer.TokenIds;
import java.time.Duration;
import java.util.Set;
import org.junit.jupiter.api.Test;

class AdmissionPolicyTest {
    private static final Load IDLE = new Load(false, new Capacity(4, 100), 0, 0);
    private final AdmissionPolicy policy = new AdmissionPolicy(SchedulerConfig.DEFAULTS, 10, 1000);

    private ServingException rejected(GenerationRequest request, Load load) {
        AdmissionDecision decision = policy.decide(request, load);
        assertThat(decision).isInstanceOf(Rejected.class);
        return ((Rejected) decision).error();
    }

    @Test
    void clipsTheAnswerToTheContext() {
        assertThat(policy.decide(request("a", 900, 50), IDLE)).isEqualTo(new Admitted(950));
        assertThat(policy.decide(request("a", 900, Integer.MAX_VALUE), IDLE)).isEqualTo(new Admitted(1000));
    }

    @Test
    void promptMustLeaveRoomForOneTokenUnlessNoneIsWanted() {
        assertThat(rejected(request("a", 1000, 1), IDLE).code()).isEqualTo(ErrorCode.CONTEXT_LENGTH_EXCEEDED);
        assertThat(policy.decide(request("a", 1000, 0), IDLE)).isEqualTo(new Admitted(1000));
        assertThat(rejected(request("a", 1001, 0), IDLE).code()).isEqualTo(ErrorCode.CONTEXT_LENGTH_EXCEEDED);
    }

    @Test
    void namesThePositionOfATokenOutOfRange() {
        GenerationRequest request = new GenerationRequest(
                "r", "a", TokenIds.of(1, 9, 10), SamplingParams.GREEDY, 5, Set.of(), -1, new Deadline(Long.MAX_VALUE));
        ServingException error = rejected(request, IDLE);
        assertThat(error.code()).isEqualTo(ErrorCode.TOKEN_OUT_OF_RANGE);
        assertThat(error).hasMessageContaining("prompt token 2").hasMessageContaining("got 10");
    }

    @Test
    void refusesAnEmptyPromptAndANegativeLength() {
        assertThat(rejected(request("a", 0, 5), IDLE).parameter()).contains("prompt");
        assertThat(rejected(request("a", 5, -1), IDLE).parameter()).contains("max_tokens");
    }

    @Test
    void boundsTheScoresOfOneRequest() {
        GenerationRequest request = new GenerationRequest(
                "r",
                "a",
                TokenIds.of(new int[1000]),
                SamplingParams.GREEDY,
                0,
                Set.of(),
                1000,
                new Deadline(Long.MAX_VALUE));
        assertThat(rejected(request, IDLE).code()).isEqualTo(ErrorCode.REQUEST_TOO_LARGE);
    }

    @Test
    void fullQueueTellsWhenToComeBack() {
        Load full = new Load(false, new Capacity(4, 100), SchedulerConfig.DEFAULTS.maxWaiting(), 0);
        ServingException error = rejected(request("a", 5, 5), full);
        assertThat(error.code()).isEqualTo(ErrorCode.QUEUE_FULL);
        assertThat(error.retryAfter()).contains(Duration.ofSeconds(1));
    }

    @Test
    void oneClientCannotFillTheQueue() {
        Load full = new Load(false, new Capacity(4, 100), 300, SchedulerConfig.DEFAULTS.maxWaitingPerClient());
        assertThat(rejected(request("a", 5, 5), full)).hasMessageContaining("of a are waiting");
    }

    @Test
    void promptThatNeverFitsThePoolIsRefusedAtOnce() {
        Load small = new Load(false, new Capacity(4, 2), 0, 0);
        assertThat(rejected(request("a", 512, 1), small).code()).isEqualTo(ErrorCode.KV_POOL_FULL);
        assertThat(policy.decide(request("a", 500, 50), small)).isEqualTo(new Admitted(512));
    }

    @Test
    void withoutAnyPlanNothingIsReady() {
        assertThat(rejected(request("a", 5, 5), new Load(false, null, 0, 0)).code())
                .isEqualTo(ErrorCode.NOT_READY);
    }

    @Test
    void nothingIsAdmittedAtShutdown() {
        assertThat(rejected(request("a", 5, 5), new Load(true, new Capacity(4, 100), 0, 0))
                        .code())
                .isEqualTo(ErrorCode.SHUTTING_DOWN);
    }
}
