package io.thunderhead.cli.bench;

import io.thunderhead.core.error.ErrorCode;
import io.thunderhead.core.error.ServingException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/// Requests that arrive as independent clients send them: with exponentially distributed pauses, whether earlier ones
/// have been answered or not.
///
/// @param promptTokens lengths, each as likely as the others
/// @param answerTokens of each request
record Load(double requestsPerSecond, Duration time, List<Integer> promptTokens, int answerTokens) {
    Load {
        promptTokens = List.copyOf(promptTokens);
        if (!(requestsPerSecond > 0) || !time.isPositive()) {
            throw new ServingException(ErrorCode.INVALID_REQUEST, "--load-rate, --load-seconds: expected positive");
        }
    }

    /// @param atNanos after the load's begin
    record Arrival(long atNanos, int promptTokens) {}

    List<Arrival> arrivals(Random random) {
        List<Arrival> arrivals = new ArrayList<>();
        double seconds = pause(random);
        while (seconds < time.toNanos() / 1e9) {
            arrivals.add(new Arrival((long) (seconds * 1e9), promptTokens.get(random.nextInt(promptTokens.size()))));
            seconds += pause(random);
        }
        return arrivals;
    }

    private double pause(Random random) {
        return -Math.log(1 - random.nextDouble()) / requestsPerSecond;
    }
}
