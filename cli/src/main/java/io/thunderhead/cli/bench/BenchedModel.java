package io.thunderhead.cli.bench;

import io.thunderhead.cluster.placement.WeightStorage;
import io.thunderhead.model.checkpoint.Checkpoint;
import io.thunderhead.model.checkpoint.DType;
import io.thunderhead.model.checkpoint.Quantization;
import io.thunderhead.model.checkpoint.TensorNames;
import io.thunderhead.model.config.ModelConfig;
import java.nio.file.Path;

/// What is known of a model before it is served.
record BenchedModel(ModelConfig config, WeightStorage storage) {

    /// Throws CHECKPOINT_INVALID.
    static BenchedModel read(Path folder, Quantization quantization) {
        try (Checkpoint checkpoint = Checkpoint.open(folder, quantization)) {
            ModelConfig config = checkpoint.config();
            DType stored = checkpoint
                    .tensor(TensorNames.EMBEDDING, config.vocabSize(), config.hiddenSize())
                    .dtype();
            return new BenchedModel(config, WeightStorage.of(stored == DType.BF16, checkpoint.loadsAsInt8()));
        }
    }

    ModelWork work() {
        return new ModelWork(config, storage);
    }
}
