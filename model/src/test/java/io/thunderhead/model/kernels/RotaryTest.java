package io.thunderhead.model.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

final class RotaryTest {
    private static final HeadShape SHAPE = new HeadShape(1, 1, 8);

    @Test
    void turnsPairsHalfARotationApartAndPassesTheRest() {
        Rotary rotary = new Rotary(SHAPE, 4, 100);
        float[] head = {1, 2, 3, 4, 5, 6, 7, 8};
        float[] turns = new float[4];

        rotary.turnsAt(3, turns);
        rotary.turn(head, 0, turns);

        assertThat(head[0]).isCloseTo((float) (Math.cos(3) - 3 * Math.sin(3)), within(1e-6f));
        assertThat(head[2]).isCloseTo((float) (3 * Math.cos(3) + Math.sin(3)), within(1e-6f));
        assertThat(head[1]).isCloseTo((float) (2 * Math.cos(0.3) - 4 * Math.sin(0.3)), within(1e-6f));
        assertThat(head[3]).isCloseTo((float) (4 * Math.cos(0.3) + 2 * Math.sin(0.3)), within(1e-6f));
        assertThat(head).endsWith(5, 6, 7, 8);
    }

    @Test
    void isExactAtFourMillion() {
        Rotary rotary = new Rotary(SHAPE, 8, 1e7);
        float[] turns = new float[8];

        rotary.turnsAt(4_000_000, turns);

        for (int j = 0; j < 4; j++) {
            double angle = 4e6 * Math.pow(1e7, -2.0 * j / 8);
            assertThat(turns[j]).isCloseTo((float) Math.cos(angle), within(1e-6f));
            assertThat(turns[4 + j]).isCloseTo((float) Math.sin(angle), within(1e-6f));
        }
    }
}
