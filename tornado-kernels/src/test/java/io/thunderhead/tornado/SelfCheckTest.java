package io.thunderhead.tornado;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.thunderhead.core.error.ErrorCode;
import io.thunderhead.core.error.ServingException;
import io.thunderhead.model.config.LayerRange;
import io.thunderhead.model.config.ModelConfig;
import io.thunderhead.model.device.ComputeDevice;
import io.thunderhead.model.experts.ExpertStore;
import io.thunderhead.model.kernels.WeightLoader;
import io.thunderhead.model.layers.Head;
import io.thunderhead.model.layers.LayerSet;
import io.thunderhead.model.layers.StageRoom;
import org.junit.jupiter.api.Test;

final class SelfCheckTest {
    @Test
    void passesOnTheFirstDeviceAndLeavesNothingThere() {
        ComputeDevice device = new TornadoDeviceProvider().open(0);
        assertThat(device.usedBytes()).isZero();
    }

    @Test
    void refusesADeviceThatComputesSomethingElseAndSaysByHowMuch() {
        ComputeDevice right =
                new TornadoWorkerDevice("gpu:9", DeviceRun.target().device(), Long.MAX_VALUE, GraphSizes.FEW);
        assertThatThrownBy(() -> SelfCheck.run(new WrongHead(right)))
                .hasMessageMatching("gpu:9 does not compute what the CPU does: a prompt with float32 weights differs by"
                        + " \\d.* of the largest number, at most 1e-03 is allowed")
                .isInstanceOfSatisfying(
                        ServingException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CONFIG_INVALID));
        assertThat(right.usedBytes()).isZero();
    }

    /// One logit of every step is 1 % too large.
    private record WrongHead(ComputeDevice right) implements ComputeDevice {
        @Override
        public Head loadHead(ModelConfig config, WeightLoader loader) {
            Head head = right.loadHead(config, loader);
            return new Head() {
                @Override
                public void logits(float[] hidden, int rows, float[] logits) {
                    head.logits(hidden, rows, logits);
                    int largest = 0;
                    for (int i = 1; i < rows * config.vocabSize(); i++) {
                        largest = Math.abs(logits[i]) > Math.abs(logits[largest]) ? i : largest;
                    }
                    logits[largest] *= 1.01f;
                }

                @Override
                public long byteSize() {
                    return head.byteSize();
                }

                @Override
                public void close() {
                    head.close();
                }
            };
        }

        @Override
        public LayerSet load(ModelConfig config, LayerRange layers, StageRoom room, WeightLoader loader) {
            return right.load(config, layers, room, loader);
        }

        @Override
        public ExpertStore newExperts(ModelConfig config) {
            return right.newExperts(config);
        }

        @Override
        public String name() {
            return right.name();
        }

        @Override
        public long memoryBytes() {
            return right.memoryBytes();
        }

        @Override
        public void limitTo(long bytes) {
            right.limitTo(bytes);
        }

        @Override
        public long roomBytes(ModelConfig config) {
            return right.roomBytes(config);
        }

        @Override
        public long usedBytes() {
            return right.usedBytes();
        }
    }
}
