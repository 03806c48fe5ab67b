package io.thunderhead.model.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.thunderhead.core.error.ErrorCode;
import io.thunderhead.core.error.ServingException;
import org.junit.jupiter.api.Test;

final class KernelSelectionTest {
    @Test
    void saysWhichKernelsAndHowWide() {
        KernelSelection selection = KernelSelection.choose("plain", 1);
        selection.kernels().close();
        assertThat(selection.reason()).isEqualTo("kernels: plain loops on 1 thread, as configured");
        KernelSelection vector = KernelSelection.choose("vector", 2);
        vector.kernels().close();
        assertThat(vector.reason()).matches("kernels: vectors of \\d+ bits on 2 threads");
    }

    @Test
    void prefersVectors() {
        KernelSelection auto = KernelSelection.choose("auto", 1);
        auto.kernels().close();
        assertThat(auto.reason()).startsWith("kernels: vectors of ");
    }

    @Test
    void rejectsUnknownNames() {
        assertThatThrownBy(() -> KernelSelection.choose("gpu", 1))
                .isInstanceOfSatisfying(
                        ServingException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CONFIG_INVALID))
                .hasMessageContaining("expected auto, plain or vector, got 'gpu'");
    }
}
