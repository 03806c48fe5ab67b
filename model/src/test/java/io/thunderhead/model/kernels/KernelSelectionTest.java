package io.thunderhead.model.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.thunderhead.core.error.ErrorCode;
import io.thunderhead.core.error.ServingException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

final class KernelSelectionTest {
    @Test
    void saysWhichKernelsAndOnHowManyThreads() {
        assertThat(reason("plain", 1)).isEqualTo("kernels: plain loops on 1 thread, as configured");
        assertThat(reason("vector", 2)).matches("kernels: vectors of \\d+ bits on 2 threads");
    }

    /// The build runs these tests a second time on narrower vectors; this sees that it does.
    @Test
    @EnabledIfSystemProperty(named = "vectorBits", matches = "\\d+")
    void usesTheWidthThatTheBuildAsksFor() {
        assertThat(reason("vector", 1)).contains("vectors of " + System.getProperty("vectorBits") + " bits");
    }

    @Test
    void prefersVectors() {
        assertThat(reason("auto", 1)).startsWith("kernels: vectors of ");
    }

    @Test
    void rejectsUnknownNames() {
        assertThatThrownBy(() -> KernelSelection.choose("gpu", 1))
                .isInstanceOfSatisfying(
                        ServingException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CONFIG_INVALID))
                .hasMessageContaining("expected auto, plain or vector, got 'gpu'");
    }

    private static String reason(String wanted, int threadCount) {
        KernelSelection chosen = KernelSelection.choose(wanted, threadCount);
        chosen.kernels().close();
        return chosen.reason();
    }
}
