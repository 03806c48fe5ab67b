package io.thunderhead.model.kernels;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class ExponentialTest {
    @Test
    void staysWithinTheDocumentedError() {
        double largest = 0;
        for (float x = -87; x < 88; x += 0.00037f) {
            double exact = Math.exp(x);
            largest = Math.max(largest, Math.abs(Exponential.exp(x) - exact) / exact);
        }
        assertThat(largest).isLessThan(2e-7);
    }

    @Test
    void isExactlyOneAtZero() {
        assertThat(Exponential.exp(0)).isEqualTo(1);
        assertThat(Exponential.exp(-0f)).isEqualTo(1);
    }

    @Test
    void endsInZeroAndInfinity() {
        assertThat(Exponential.exp(-88)).isZero();
        assertThat(Exponential.exp(Float.NEGATIVE_INFINITY)).isZero();
        assertThat(Exponential.exp(-Float.MAX_VALUE)).isZero();
        assertThat(Exponential.exp(88.5f)).isInfinite();
        assertThat(Exponential.exp(Float.MAX_VALUE)).isInfinite();
        assertThat(Exponential.exp(Float.POSITIVE_INFINITY)).isInfinite();
        assertThat(Exponential.exp(Float.NaN)).isNaN();
    }

    @Test
    void neverFallsWhenItsArgumentGrows() {
        float before = 0;
        for (float x = -90; x < 90; x += 0.01f) {
            float power = Exponential.exp(x);
            assertThat(power).isGreaterThanOrEqualTo(before);
            before = power;
        }
    }
}
