package io.thunderhead.tornado.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Optional;
import org.junit.jupiter.api.Test;

final class VisibleDevicesTest {
    @Test
    void countsAmongThoseThatAreVisible() {
        assertThat(VisibleDevices.entry(Optional.empty(), 3)).isEqualTo("3");
        assertThat(VisibleDevices.entry(Optional.of("5, GPU-8932f937"), 1)).isEqualTo("GPU-8932f937");
        assertThatThrownBy(() -> VisibleDevices.entry(Optional.of("5"), 1))
                .hasMessage("CUDA_VISIBLE_DEVICES is '5', there is no gpu:1");
    }
}
