package io.thunderhead.model.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

final class LightningDecayTest {
    /// Numbers of the specification, section 5 step 3.
    @Test
    void hasTheSlopesOfTheReleasedModel() {
        double[] slopes = LightningDecay.slopes(64);
        assertThat(slopes[0]).isCloseTo(0.917004, within(1e-6));
        assertThat(slopes[1]).isCloseTo(0.840896, within(1e-6));
        assertThat(slopes[63]).isEqualTo(0.00390625);
        LightningDecay first = new LightningDecay(0, 80, 64, 128, 256);
        LightningDecay last = new LightningDecay(78, 80, 64, 128, 256);
        assertThat(first.power(0, 1)).isCloseTo((float) Math.exp(-0.917004 * 1.00001), within(1e-6f));
        assertThat(last.power(0, 1)).isCloseTo((float) Math.exp(-0.917004 * 0.0126682), within(1e-6f));
    }

    /// As the original code fills up a head count that is no power of two.
    @Test
    void fillsUpWithEverySecondSlopeOfTheNextPower() {
        double[] slopes = LightningDecay.slopes(6);
        assertThat(slopes)
                .usingComparatorWithPrecision(1e-12)
                .containsExactly(0.25, 0.0625, 0.015625, 0.00390625, Math.pow(2, -1), Math.pow(2, -3));
    }

    @Test
    void givesPowersOfOneStep() {
        LightningDecay decay = new LightningDecay(1, 4, 4, 8, 256);
        assertThat(decay.power(2, 0)).isEqualTo(1);
        for (int tokens = 1; tokens <= 256; tokens++) {
            assertThat((double) decay.power(2, tokens)).isCloseTo(Math.pow(decay.power(2, 1), tokens), within(1e-5));
            assertThat(decay.fallingPowers(2)[256 - tokens]).isEqualTo(decay.power(2, tokens));
        }
    }

    @Test
    void fadesToZeroWithoutOverflow() {
        LightningDecay decay = new LightningDecay(0, 2, 64, 8, 256);
        assertThat(decay.power(0, 256)).isZero();
    }

    @Test
    void allowsAModelOfOneLayer() {
        assertThat(new LightningDecay(0, 1, 1, 8, 256).power(0, 1))
                .isCloseTo((float) Math.exp(-Math.pow(2, -8) * 1.00001), within(1e-7f));
    }
}
