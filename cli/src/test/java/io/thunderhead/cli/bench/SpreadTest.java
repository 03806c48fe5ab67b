package io.thunderhead.cli.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SpreadTest {
    @Test
    void ranksWaits() {
        double[] seconds =
                IntStream.rangeClosed(1, 200).mapToDouble(i -> 201 - i).toArray();

        assertThat(Spread.of(seconds)).isEqualTo(new Spread(200, 100.5, 198, 200));
    }

    @Test
    void fewWaitsHaveTheLargestAsTheir99thPercentile() {
        assertThat(Spread.of(new double[] {3, 1, 2})).isEqualTo(new Spread(3, 2, 3, 3));
        assertThat(Spread.of(new double[] {7})).isEqualTo(new Spread(1, 7, 7, 7));
        assertThat(Spread.of(new double[0])).isEqualTo(new Spread(0, 0, 0, 0));
    }
}
