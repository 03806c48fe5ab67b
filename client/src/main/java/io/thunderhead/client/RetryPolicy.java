package io.thunderhead.client;

import io.thunderhead.core.error.ErrorFamily;
import io.thunderhead.core.error.ServingException;
import io.thunderhead.core.time.Deadline;
import java.time.Duration;
import java.util.Optional;

/// When a failed call is sent again. Only errors that say that no work was done count (families UNAVAILABLE and
/// CAPACITY), and only before the first event. CAPACITY waits for as long as the cluster asks, everything else
/// for a back-off that doubles; a wait that would outlast the call's deadline is not begun.
///
/// @param attemptsMax sends in all, 1 = never again
/// @param firstBackoff before the second attempt; actual waits are between half and all of the nominal one, so that
/// clients refused together do not come back together
/// @param backoffMax largest nominal wait
public record RetryPolicy(int attemptsMax, Duration firstBackoff, Duration backoffMax) {
    public static final RetryPolicy DEFAULT = new RetryPolicy(4, Duration.ofMillis(200), Duration.ofSeconds(5));
    public static final RetryPolicy NEVER = new RetryPolicy(1, Duration.ofMillis(1), Duration.ofMillis(1));

    public RetryPolicy {
        if (attemptsMax < 1 || !firstBackoff.isPositive() || backoffMax.compareTo(firstBackoff) < 0) {
            throw new IllegalArgumentException(
                    "retries: expected attemptsMax >= 1 and 0 < firstBackoff <= backoffMax, got " + attemptsMax + ", "
                            + firstBackoff + ", " + backoffMax);
        }
    }

    /// How long to wait before the next attempt; empty = give up.
    ///
    /// @param attempts made so far, at least 1
    /// @param random uniform in [0, 1)
    Optional<Duration> pauseAfter(int attempts, ServingException error, Deadline deadline, double random) {
        if (attempts >= attemptsMax || !error.code().retryable()) {
            return Optional.empty();
        }
        Duration pause = pause(attempts, error, random);
        return pause.toNanos() < deadline.remainingNanos() ? Optional.of(pause) : Optional.empty();
    }

    private Duration pause(int attempts, ServingException error, double random) {
        long doubled = firstBackoff.toNanos() << Math.min(attempts - 1, 20);
        long nominal = doubled > 0 ? Math.min(doubled, backoffMax.toNanos()) : backoffMax.toNanos();
        Duration jittered = Duration.ofNanos((long) (nominal * (0.5 + random / 2)));
        return error.code().family() == ErrorFamily.CAPACITY
                ? error.retryAfter()
                        .map(asked -> asked.plus(jittered.dividedBy(10)))
                        .orElse(jittered)
                : jittered;
    }
}
