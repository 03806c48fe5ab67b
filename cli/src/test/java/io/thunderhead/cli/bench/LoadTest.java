package io.thunderhead.cli.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class LoadTest {
    private static final Load LOAD = new Load(5, Duration.ofSeconds(2_000), List.of(64, 256, 1024), 32);

    /// A Poisson process: as many as its rate says, and as many pauses below the mean as an exponential has, 63 %.
    @Test
    void requestsComeIndependentlyAtTheRate() {
        List<Load.Arrival> arrivals = LOAD.arrivals(new Random(1));

        assertThat(arrivals.size()).isCloseTo(10_000, within(300));
        long shortPauses = IntStream.range(1, arrivals.size())
                .filter(i -> arrivals.get(i).atNanos() - arrivals.get(i - 1).atNanos() < 200_000_000)
                .count();
        assertThat((double) shortPauses / arrivals.size()).isCloseTo(1 - 1 / Math.E, within(0.02));
    }

    @Test
    void mixesLengthsEvenly() {
        List<Load.Arrival> arrivals = LOAD.arrivals(new Random(2));

        for (int length : LOAD.promptTokens()) {
            assertThat(arrivals.stream().filter(arrival -> arrival.promptTokens() == length))
                    .hasSizeBetween(arrivals.size() / 3 - 200, arrivals.size() / 3 + 200);
        }
    }

    @Test
    void theSameSeedIsTheSameLoad() {
        assertThat(LOAD.arrivals(new Random(3))).isEqualTo(LOAD.arrivals(new Random(3)));
    }
}
