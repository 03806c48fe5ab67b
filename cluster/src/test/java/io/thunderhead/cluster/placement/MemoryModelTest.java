package io.thunderhead.cluster.placement;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.thunderhead.cluster.testing.Models;
import io.thunderhead.model.checkpoint.DType;
import io.thunderhead.model.checkpoint.LoadListener;
import io.thunderhead.model.checkpoint.TensorSource;
import io.thunderhead.model.config.LayerKind;
import io.thunderhead.model.config.LayerRange;
import io.thunderhead.model.config.ModelConfig;
import io.thunderhead.model.experts.ExpertBank;
import io.thunderhead.model.kernels.KernelSelection;
import io.thunderhead.model.kernels.Kernels;
import io.thunderhead.model.layers.StageModel;
import io.thunderhead.model.testing.QuantizedTensors;
import io.thunderhead.model.testing.RandomTensors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Against the numbers of the specification, sections 1.2, 5, 6.3 and 10.
class MemoryModelTest {
    private static final double GIB = 1L << 30;
    private static final ModelConfig MODEL = Models.minimaxText01();
    private static final MemoryModel BF16 = new MemoryModel(MODEL, WeightStorage.BF16, KvType.BF16);
    private static final MemoryModel INT8 = new MemoryModel(MODEL, WeightStorage.INT8, KvType.BF16);
    private static final LayerRange ALL = new LayerRange(0, 80);

    @Test
    void countsTheParametersOfTheFullModel() {
        assertThat(MemoryModel.parameterCount(MODEL)).isEqualTo(456_089_655_296L);
    }

    @Test
    void bf16TakesTwoBytesAParameter() {
        assertThat(BF16.totalWeightBytes()).isEqualTo(912_179_310_592L);
        assertThat(BF16.totalWeightBytes() / GIB).isCloseTo(849.5, within(0.05));
        assertThat(BF16.embeddingBytes()).isEqualTo(2 * 1_229_193_216L);
        assertThat(BF16.attentionBytes(LayerKind.LIGHTNING)).isEqualTo(2 * 251_666_432L);
        assertThat(BF16.attentionBytes(LayerKind.SOFTMAX)).isEqualTo(2 * 113_246_208L);
        assertThat(BF16.expertBytes()).isEqualTo(2 * 169_869_312L);
        assertThat(BF16.layerBytes(0) + 32 * BF16.expertBytes()).isEqualTo(11_375_386_624L);
        assertThat(BF16.layerBytes(7) + 32 * BF16.expertBytes()).isEqualTo(11_098_546_176L);
    }

    @Test
    void float32TakesFourBytesAParameter() {
        MemoryModel float32 = new MemoryModel(MODEL, WeightStorage.FLOAT32, KvType.FLOAT32);
        assertThat(float32.totalWeightBytes()).isEqualTo(4 * 456_089_655_296L);
    }

    @Test
    void int8ExpertsCarryTwoHundredFortyMebibytesOfScales() {
        long scales = 2560 * INT8.expertBytes() - 434_865_438_720L;
        assertThat(scales).isEqualTo(240L << 20);
    }

    @Test
    void int8SizesAreThoseOfTheCards() {
        long expertScales = 240L << 20;
        long expertsOnly = 2560 * INT8.expertBytes() - expertScales + BF16.stageWeightBytes(ALL);
        assertThat(expertsOnly / GIB).isCloseTo(444.5, within(0.05));
        long rowsOfAttention = 70L * (24_576 + 8_192 + 6_144) + 10L * (8_192 + 2_048 + 6_144);
        long withoutScales = INT8.totalWeightBytes() - expertScales - 4 * rowsOfAttention;
        assertThat(withoutScales / GIB).isCloseTo(427.1, within(0.05));
    }

    @Test
    void aSequenceTakesTwoHundredEightyMebibytesAndFortyKibibytesAToken() {
        assertThat(BF16.stateBytes(ALL)).isEqualTo(280L << 20);
        assertThat(BF16.pageBytes(ALL)).isEqualTo(256 * (40L << 10));
        assertThat(new MemoryModel(MODEL, WeightStorage.INT8, KvType.FLOAT32).pageBytes(ALL))
                .isEqualTo(256 * (80L << 10));
    }

    @Test
    void stagesAddUpToTheWhole() {
        long stages = BF16.stageWeightBytes(new LayerRange(0, 33))
                + BF16.stageWeightBytes(new LayerRange(33, 79))
                + BF16.stageWeightBytes(new LayerRange(79, 80));
        assertThat(stages).isEqualTo(BF16.stageWeightBytes(ALL));
    }

    @Test
    void aTiedHeadCostsOnlyWhereTheEmbeddingIsNot() {
        MemoryModel tied = new MemoryModel(Models.smallTied(), WeightStorage.BF16, KvType.BF16);
        MemoryModel untied = new MemoryModel(Models.small(), WeightStorage.BF16, KvType.BF16);
        LayerRange whole = new LayerRange(0, 8);
        LayerRange last = new LayerRange(4, 8);
        assertThat(tied.stageWeightBytes(whole)).isEqualTo(untied.stageWeightBytes(whole) - tied.embeddingBytes());
        assertThat(tied.stageWeightBytes(last)).isEqualTo(untied.stageWeightBytes(last));
    }

    /// Norms apart, which are few: kernels want them in float32.
    @ParameterizedTest
    @CsvSource({"BF16, false", "BF16, true", "F32, false", "F32, true"})
    void countsTheBytesThatWorkersHold(DType dtype, boolean int8) {
        ModelConfig config = Models.small(8, 32);
        TensorSource stored = new RandomTensors(1, dtype);
        TensorSource weights = int8 ? new QuantizedTensors(stored) : stored;
        WeightStorage storage = WeightStorage.of(dtype == DType.BF16, int8);
        MemoryModel memory = new MemoryModel(config, storage, KvType.FLOAT32);
        LayerRange whole = new LayerRange(0, 8);
        long norms = storage.plain((2 * 8 + 1) * 64L + 7 * 64L);
        try (Kernels kernels = KernelSelection.choose("plain", 1).kernels();
                StageModel stage = StageModel.load(config, weights, whole, kernels, LoadListener.NONE);
                ExpertBank experts =
                        ExpertBank.load(config, weights, ExpertBank.all(config), kernels, LoadListener.NONE)) {
            assertThat(stage.byteSize()).isEqualTo(memory.stageWeightBytes(whole) - norms);
            assertThat(experts.byteSize()).isEqualTo(memory.totalExperts() * memory.expertBytes());
        }
    }
}
