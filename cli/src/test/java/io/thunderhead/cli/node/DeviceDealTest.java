package io.thunderhead.cli.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class DeviceDealTest {
    @Test
    void dealsDevicesInTurnAndDividesTheirMemory() {
        DeviceDeal deal = new DeviceDeal(List.of("gpu:0", "gpu:1"), 5);
        assertThat(IntStream.range(0, 5).mapToObj(deal::of))
                .containsExactly("gpu:0", "gpu:1", "gpu:0", "gpu:1", "gpu:0");
        assertThat(deal.sharePercent()).isEqualTo(30);
    }

    @Test
    void aWorkerAloneHasTheDevice() {
        assertThat(new DeviceDeal(List.of("auto"), 1).sharePercent()).isEqualTo(90);
        assertThat(new DeviceDeal(List.of("gpu:0"), 200).sharePercent()).isEqualTo(1);
    }
}
