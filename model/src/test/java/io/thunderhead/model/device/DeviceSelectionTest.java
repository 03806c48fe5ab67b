package io.thunderhead.model.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.thunderhead.core.config.Bytes;
import io.thunderhead.core.error.ErrorCode;
import io.thunderhead.core.error.ServingException;
import io.thunderhead.model.config.LayerRange;
import io.thunderhead.model.config.ModelConfig;
import io.thunderhead.model.experts.ExpertStore;
import io.thunderhead.model.kernels.WeightLoader;
import io.thunderhead.model.layers.Head;
import io.thunderhead.model.layers.LayerSet;
import io.thunderhead.model.layers.StageRoom;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class DeviceSelectionTest {
    private static final DeviceShare NINE_TENTHS = new DeviceShare(Optional.empty(), 90);
    private static final DeviceProvider TWO_GPUS = new FakeProvider(List.of(1, 2), 3);

    @Test
    void autoTakesTheFirstGpuAndItsShare() {
        DeviceSelection selection = DeviceSelection.choose("auto", NINE_TENTHS, List.of(TWO_GPUS));
        assertThat(selection.device()).map(ComputeDevice::name).contains("fake:1");
        assertThat(selection.device().map(device -> ((FakeDevice) device).limitBytes))
                .contains(900L);
        assertThat(selection.reason()).isEqualTo("device: fake:1, 900 B of its memory");
    }

    @Test
    void autoTakesTheCpuAndSaysWhy() {
        DeviceProvider none = new FakeProvider(List.of(), 1);
        assertThat(DeviceSelection.choose("auto", NINE_TENTHS, List.of(none)))
                .isEqualTo(new DeviceSelection(Optional.empty(), "device: cpu: there is no GPU"));
        DeviceProvider broken = new FakeProvider(List.of(7), 3);
        assertThat(DeviceSelection.choose("auto", NINE_TENTHS, List.of(broken)).reason())
                .isEqualTo("device: cpu: fake:7 computes something else");
        assertThat(DeviceSelection.choose("auto", NINE_TENTHS, List.of()).reason())
                .contains("this build has no kernels for GPUs");
    }

    @ParameterizedTest
    @ValueSource(strings = {"gpu", "gpu:0"})
    void gpuIsTheFirstDevice(String wanted) {
        assertThat(DeviceSelection.choose(wanted, NINE_TENTHS, List.of(TWO_GPUS))
                        .device())
                .map(ComputeDevice::name)
                .contains("fake:0");
    }

    @Test
    void aNamedDeviceThatCannotBeUsedIsRefused() {
        assertRefused("gpu:7", NINE_TENTHS, "node.device: gpu:7 cannot be used: fake:7 computes something else");
        assertThatThrownBy(() -> DeviceSelection.choose("gpu", NINE_TENTHS, List.of()))
                .hasMessageContaining("gpu cannot be used: this build has no kernels");
        DeviceShare tooMuch = new DeviceShare(Optional.of(new Bytes(1001)), 90);
        assertRefused("gpu:1", tooMuch, "fake:1 has 1000 B of memory, node.memory asks for 1001 B");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "cuda", "gpu:", "gpu:-1", "gpu:x", "GPU"})
    void otherTextIsRefused(String wanted) {
        assertRefused(wanted, NINE_TENTHS, "expected auto, cpu, gpu or gpu:N, got '" + wanted + "'");
    }

    private static void assertRefused(String wanted, DeviceShare share, String message) {
        assertThatThrownBy(() -> DeviceSelection.choose(wanted, share, List.of(TWO_GPUS)))
                .hasMessageContaining(message)
                .isInstanceOfSatisfying(
                        ServingException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CONFIG_INVALID));
    }

    private record FakeProvider(List<Integer> gpus, int count) implements DeviceProvider {
        @Override
        public ComputeDevice open(int number) {
            if (number >= count) {
                throw new ServingException(ErrorCode.CONFIG_INVALID, "fake:" + number + " computes something else");
            }
            return new FakeDevice(number);
        }
    }

    private static final class FakeDevice implements ComputeDevice {
        private final int number;
        private long limitBytes;

        FakeDevice(int number) {
            this.number = number;
        }

        @Override
        public String name() {
            return "fake:" + number;
        }

        @Override
        public long memoryBytes() {
            return 1000;
        }

        @Override
        public void limitTo(long bytes) {
            limitBytes = bytes;
        }

        @Override
        public long roomBytes(ModelConfig config) {
            return limitBytes;
        }

        @Override
        public long usedBytes() {
            return 0;
        }

        @Override
        public ExpertStore newExperts(ModelConfig config) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Head loadHead(ModelConfig config, WeightLoader loader) {
            throw new UnsupportedOperationException();
        }

        @Override
        public LayerSet load(ModelConfig config, LayerRange layers, StageRoom room, WeightLoader loader) {
            throw new UnsupportedOperationException();
        }
    }
}
