package io.thunderhead.cli.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class TokenTimesTest {
    private static final Offset<Double> EXACT = within(1e-12);

    @Test
    void tellsFirstTokenAndPace() {
        TokenTimes times = tokens(1_000, 3_000, 4_000, 7_000);

        assertThat(times.secondsToFirstToken()).isCloseTo(2e-6, EXACT);
        assertThat(times.secondsPerToken()).isCloseTo(2e-6, EXACT);
        assertThat(times.gaps()).containsExactly(new double[] {1e-6, 3e-6}, EXACT);
    }

    @Test
    void aGapBelongsToTheTimeInWhichItsTokenCame() {
        TokenTimes times = tokens(0, 10, 20, 30, 40);

        assertThat(times.gaps(20, 40)).containsExactly(new double[] {10e-9, 10e-9}, EXACT);
        assertThat(times.gaps(41, 99)).isEmpty();
    }

    @Test
    void countsTokensThatCameTogether() {
        TokenTimes times = new TokenTimes(0);
        times.arrived(1, 5);
        times.arrived(200, 10);

        assertThat(times.count()).isEqualTo(201);
        assertThat(times.gaps()).hasSize(200).startsWith(5e-9, 0).endsWith(0);
    }

    private static TokenTimes tokens(long startNanos, long... arrivedNanos) {
        TokenTimes times = new TokenTimes(startNanos);
        for (long nanos : arrivedNanos) {
            times.arrived(1, nanos);
        }
        return times;
    }
}
