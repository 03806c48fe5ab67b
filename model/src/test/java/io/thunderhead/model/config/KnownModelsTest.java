package io.thunderhead.model.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.thunderhead.model.checkpoint.ModelTensors;
import org.junit.jupiter.api.Test;

final class KnownModelsTest {
    private static final ModelConfig TEXT_01 =
            KnownModels.byName("MiniMaxAI/MiniMax-Text-01").orElseThrow();

    @Test
    void textModelHasThePublishedNumberOfParameters() {
        assertThat(ModelTensors.parameterCount(TEXT_01)).isEqualTo(456_089_655_296L);
        assertThat(ModelTensors.layerParameterCount(TEXT_01, 0)).isEqualTo(5_687_693_312L);
        assertThat(ModelTensors.layerParameterCount(TEXT_01, 7)).isEqualTo(5_549_273_088L);
        assertThat(ModelTensors.expertParameterCount(TEXT_01)).isEqualTo(169_869_312L);
    }

    @Test
    void textModelHasThePublishedNumberOfTensors() {
        assertThat(ModelTensors.of(TEXT_01)).hasSize(8243);
        assertThat(ModelTensors.of(TEXT_01).stream()
                        .mapToLong(tensor -> tensor.elementCount())
                        .sum())
                .isEqualTo(456_089_655_296L);
    }

    @Test
    void everyEighthLayerIsSoftmax() {
        for (int layer = 0; layer < 80; layer++) {
            assertThat(TEXT_01.layerKinds().get(layer))
                    .isEqualTo(layer % 8 == 7 ? LayerKind.SOFTMAX : LayerKind.LIGHTNING);
        }
    }

    @Test
    void knowsNoOthers() {
        assertThat(KnownModels.byName("minimax-m2")).isEmpty();
        assertThat(KnownModels.names()).containsExactly("minimax-text-01", "minimax-vl-01");
    }
}
