package io.thunderhead.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.thunderhead.core.error.ErrorCode;
import io.thunderhead.core.error.ServingException;
import io.thunderhead.core.time.Deadline;
import java.time.Duration;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

final class RetryPolicyTest {
    private static final RetryPolicy POLICY = new RetryPolicy(4, Duration.ofMillis(100), Duration.ofMillis(300));

    private final Deadline deadline = Deadline.after(Duration.ofMinutes(1));

    @Test
    void onlyErrorsThatSayNoWorkWasDoneAreSentAgain() {
        assertThat(Arrays.stream(ErrorCode.values())
                        .filter(code -> POLICY.pauseAfter(1, new ServingException(code, "no"), deadline, 0)
                                .isPresent()))
                .containsExactly(
                        ErrorCode.QUEUE_FULL,
                        ErrorCode.RATE_LIMITED,
                        ErrorCode.KV_POOL_FULL,
                        ErrorCode.NOT_READY,
                        ErrorCode.WORKER_LOST,
                        ErrorCode.STALE_PLAN,
                        ErrorCode.SHUTTING_DOWN);
    }

    @Test
    void backOffDoublesUpToItsLimitAndJitters() {
        ServingException error = new ServingException(ErrorCode.NOT_READY, "no");

        assertThat(POLICY.pauseAfter(1, error, deadline, 0)).contains(Duration.ofMillis(50));
        assertThat(POLICY.pauseAfter(1, error, deadline, 0.5)).contains(Duration.ofMillis(75));
        assertThat(POLICY.pauseAfter(2, error, deadline, 0)).contains(Duration.ofMillis(100));
        assertThat(POLICY.pauseAfter(3, error, deadline, 0)).contains(Duration.ofMillis(150));
    }

    @Test
    void endsAfterItsAttempts() {
        ServingException error = new ServingException(ErrorCode.NOT_READY, "no");

        assertThat(POLICY.pauseAfter(4, error, deadline, 0)).isEmpty();
        assertThat(RetryPolicy.NEVER.pauseAfter(1, error, deadline, 0)).isEmpty();
    }

    @Test
    void waitsForCapacityAsLongAsAskedButNotPastTheDeadline() {
        ServingException full = ServingException.rejected(ErrorCode.QUEUE_FULL, "full", Duration.ofSeconds(3));

        assertThat(POLICY.pauseAfter(1, full, deadline, 0)).contains(Duration.ofMillis(3005));
        assertThat(POLICY.pauseAfter(1, full, Deadline.after(Duration.ofSeconds(2)), 0))
                .isEmpty();
    }

    @Test
    void refusesImpossibleValues() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new RetryPolicy(0, Duration.ofMillis(1), Duration.ofMillis(1)));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new RetryPolicy(1, Duration.ofMillis(2), Duration.ofMillis(1)));
    }
}
