package io.thunderhead.tornado;

import static org.assertj.core.api.Assertions.assertThat;

import io.thunderhead.model.device.ComputeDevice;
import org.junit.jupiter.api.Test;

final class SelfCheckTest {
    @Test
    void passesOnTheDefaultDeviceAndLeavesNothingThere() {
        ComputeDevice device = new TornadoDeviceProvider().open(0);
        assertThat(device.usedBytes()).isZero();
    }
}
