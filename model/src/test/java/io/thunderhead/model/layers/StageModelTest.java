package io.thunderhead.model.layers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.thunderhead.core.error.ErrorCode;
import io.thunderhead.core.error.ServingException;
import io.thunderhead.model.checkpoint.DType;
import io.thunderhead.model.checkpoint.LoadListener;
import io.thunderhead.model.checkpoint.TensorNames;
import io.thunderhead.model.checkpoint.TensorSource;
import io.thunderhead.model.config.LayerRange;
import io.thunderhead.model.config.ModelConfig;
import io.thunderhead.model.kernels.Kernels;
import io.thunderhead.model.testing.ModelConfigs;
import io.thunderhead.model.testing.RandomTensors;
import io.thunderhead.model.testing.TestKernels;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class StageModelTest {
    private final ModelConfig config = ModelConfigs.odd(2);
    private final Kernels kernels = TestKernels.VECTOR.open();
    private final Set<String> read = new TreeSet<>();
    private final TensorSource source = (name, shape) -> {
        read.add(name);
        return new RandomTensors(1, DType.BF16).tensor(name, shape);
    };

    @AfterEach
    void close() {
        kernels.close();
    }

    @Test
    void readsTheEmbeddingOnlyInTheFirstStage() {
        try (StageModel stage = load(0, 2)) {
            assertThat(stage.hasEmbedding()).isTrue();
            assertThat(stage.hasHead()).isFalse();
            assertThat(stage.layers()).extracting(DecoderLayer::index).containsExactly(0, 1);
        }
        assertThat(read)
                .contains(TensorNames.EMBEDDING, TensorNames.qkv(0), TensorNames.query(1), TensorNames.router(1))
                .doesNotContain(TensorNames.HEAD, TensorNames.FINAL_NORM)
                .noneMatch(name -> name.contains("layers.2.") || name.contains("experts"));
    }

    @Test
    void readsNormAndHeadOnlyInTheLastStage() {
        try (StageModel stage = load(2, 4)) {
            assertThat(stage.hasEmbedding()).isFalse();
            assertThat(stage.hasHead()).isTrue();
        }
        assertThat(read)
                .contains(TensorNames.HEAD, TensorNames.FINAL_NORM, TensorNames.qkv(2), TensorNames.query(3))
                .doesNotContain(TensorNames.EMBEDDING)
                .noneMatch(name -> name.contains("layers.1."));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void reportsProgressUpToTheTotal(boolean tiedEmbeddings) {
        ModelConfig config = tiedEmbeddings ? ModelConfigs.tied() : this.config;
        List<Long> loaded = new ArrayList<>();
        List<Long> totals = new ArrayList<>();
        StageModel.load(config, source, new LayerRange(0, 4), kernels, (bytes, total) -> {
                    loaded.add(bytes);
                    totals.add(total);
                })
                .close();
        assertThat(loaded).isSorted().doesNotHaveDuplicates();
        assertThat(totals).containsOnly(loaded.getLast());
    }

    @Test
    void failsBeforeLoadingWhenATensorIsMissing() {
        List<Long> loaded = new ArrayList<>();
        TensorSource damaged = (name, shape) -> {
            if (name.equals(TensorNames.HEAD)) {
                throw new ServingException(ErrorCode.CHECKPOINT_INVALID, name);
            }
            return source.tensor(name, shape);
        };
        assertThatThrownBy(() -> StageModel.load(
                        config, damaged, new LayerRange(0, 4), kernels, (bytes, total) -> loaded.add(bytes)))
                .hasMessage(TensorNames.HEAD);
        assertThat(loaded).isEmpty();
    }

    private StageModel load(int first, int end) {
        return StageModel.load(config, source, new LayerRange(first, end), kernels, LoadListener.NONE);
    }
}
