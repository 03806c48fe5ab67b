package io.thunderhead.model.layers;

import io.thunderhead.model.checkpoint.ModelTensors;
import io.thunderhead.model.checkpoint.TensorNames;
import io.thunderhead.model.config.ModelConfig;
import io.thunderhead.model.kernels.Kernels;
import io.thunderhead.model.kernels.PackedMatrix;
import io.thunderhead.model.kernels.WeightArena;
import io.thunderhead.model.kernels.WeightLoader;
import java.lang.foreign.Arena;
import java.util.List;

/// A head that the CPU computes.
final class HostHead implements Head {
    private final ModelConfig config;
    private final Kernels kernels;
    private final Arena arena;
    private final float[] norm;
    private final PackedMatrix vocabulary;

    private HostHead(ModelConfig config, Kernels kernels, Arena arena, float[] norm, PackedMatrix vocabulary) {
        this.config = config;
        this.kernels = kernels;
        this.arena = arena;
        this.norm = norm;
        this.vocabulary = vocabulary;
    }

    static HostHead load(ModelConfig config, Kernels kernels, WeightLoader loader) {
        Arena arena = new WeightArena(loader.packedBytes(List.of(ModelTensors.head(config))));
        try {
            return new HostHead(
                    config,
                    kernels,
                    arena,
                    loader.vector(TensorNames.FINAL_NORM, config.hiddenSize()),
                    loader.precise(arena, ModelTensors.head(config).name(), config.vocabSize(), config.hiddenSize()));
        } catch (RuntimeException | Error e) {
            arena.close();
            throw e;
        }
    }

    @Override
    public void logits(float[] hidden, int rows, float[] logits) {
        kernels.rmsNorm(hidden, rows, norm, config.rmsNormEps(), hidden);
        kernels.matmul(hidden, rows, vocabulary, logits);
    }

    @Override
    public long byteSize() {
        return vocabulary.byteSize();
    }

    @Override
    public void close() {
        arena.close();
    }
}
