package io.thunderhead.cli.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.thunderhead.cluster.placement.WeightStorage;
import io.thunderhead.model.config.KnownModels;
import io.thunderhead.model.kernels.Ceilings;
import io.thunderhead.model.testing.ModelConfigs;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;

class ModelWorkTest {
    private static final Percentage CLOSE = Percentage.withPercentage(0.1);

    /// The spec's own count: 47.17e9 weights a decoded token, head included.
    @Test
    void countsTheReleasedModelsMatrixWork() {
        ModelWork work = new ModelWork(KnownModels.byName("minimax-text-01").orElseThrow(), WeightStorage.BF16);

        assertThat(work.decodeFlops(1)).isCloseTo(94.3e9, CLOSE);
        assertThat(work.decodeBytes(1)).isCloseTo(2 * 47.17e9, CLOSE);
    }

    /// Layer by layer for the speed baseline: 7 x 5 and 1 x 2.25 square matrices of 1024, 8 x 6 of experts, the head.
    @Test
    void countsTheBaselineByHand() {
        ModelWork work = new ModelWork(ModelConfigs.baseline(), WeightStorage.BF16);
        double square = 1024.0 * 1024;
        double router = 8 * 32 * 1024.0;
        double layers = (7 * 5 + 2.25 + 8 * 6) * square + router;

        assertThat(work.decodeFlops(1)).isEqualTo(2 * (layers + 32 * square));
        double lightningAttention = 7 * 2 * 1024 * (257 + 2 * 64.0);
        double softmaxAttention = 2 * 1024 * 1025.0;
        assertThat(work.prefillFlops(1024))
                .isCloseTo(1024 * (2 * layers + lightningAttention + softmaxAttention), CLOSE);
    }

    @Test
    void aLargeBatchReadsEveryExpertOnce() {
        ModelWork work = new ModelWork(ModelConfigs.baseline(), WeightStorage.BF16);
        double oneExpert = 2 * 3 * 1024.0 * 1024;

        assertThat(work.decodeBytes(10_000) - work.decodeBytes(1)).isCloseTo(8 * 30 * oneExpert, CLOSE);
        assertThat(work.decodeBytes(16)).isBetween(work.decodeBytes(4), work.decodeBytes(64));
    }

    @Test
    void readingBoundsSmallBatchesAndComputingLargeOnes() {
        ModelWork work = new ModelWork(ModelConfigs.baseline(), WeightStorage.BF16);
        Roof slowMemory = new Roof(work, new Ceilings(2, 1e9, 1e15));
        Roof slowArithmetic = new Roof(work, new Ceilings(2, 1e15, 1e9));

        assertThat(slowMemory.decodeTokensPerSecond(1)).isCloseTo(1e9 / work.decodeBytes(1), within(1e-9));
        assertThat(slowArithmetic.decodeTokensPerSecond(8)).isCloseTo(8e9 / work.decodeFlops(8), within(1e-9));
        assertThat(slowArithmetic.prefillTokensPerSecond(100)).isCloseTo(100e9 / work.prefillFlops(100), within(1e-9));
    }
}
