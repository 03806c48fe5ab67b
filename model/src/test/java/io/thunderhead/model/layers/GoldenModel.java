package io.thunderhead.model.layers;

import io.thunderhead.model.checkpoint.DType;
import io.thunderhead.model.checkpoint.SafetensorsFile;
import io.thunderhead.model.checkpoint.StoredTensor;
import io.thunderhead.model.checkpoint.TensorSource;
import io.thunderhead.model.config.LayerKind;
import io.thunderhead.model.config.ModelConfig;
import io.thunderhead.model.config.ResidualFactors;
import io.thunderhead.model.testing.Goldens;
import java.lang.foreign.Arena;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;

/// The golden models, their configs written out so that these tests need no config reader.
enum GoldenModel {
    G1(Goldens.G1_TINY_A, 8, 64, 96, 4, 16, 8, 512, 5e-4f),
    G2(Goldens.G2_TINY_B, 16, 128, 16, 8, 32, 32, 1024, 3e-3f),
    G4(Goldens.G4_BF16, 8, 64, 96, 4, 16, 8, 512, 5e-4f);

    private static final ResidualFactors FACTORS = new ResidualFactors((float) 3.5565588200778455, 1);

    private final String folder;
    private final int layerCount;
    private final int hiddenSize;
    private final int intermediateSize;
    private final int headCount;
    private final int headDim;
    private final int expertCount;
    private final int vocabSize;
    private final float tolerance;

    GoldenModel(
            String folder,
            int layerCount,
            int hiddenSize,
            int intermediateSize,
            int headCount,
            int headDim,
            int expertCount,
            int vocabSize,
            float tolerance) {
        this.folder = folder;
        this.layerCount = layerCount;
        this.hiddenSize = hiddenSize;
        this.intermediateSize = intermediateSize;
        this.headCount = headCount;
        this.headDim = headDim;
        this.expertCount = expertCount;
        this.vocabSize = vocabSize;
        this.tolerance = tolerance;
    }

    String folder() {
        return folder;
    }

    /// Absolute, of logits: goldens/README.md.
    float tolerance() {
        return tolerance;
    }

    ModelConfig config() {
        return config(headDim / 2);
    }

    ModelConfig fullRotaryConfig() {
        return config(headDim);
    }

    private ModelConfig config(int rotaryDim) {
        List<LayerKind> kinds = IntStream.range(0, layerCount)
                .mapToObj(layer -> layer % 8 == 7 ? LayerKind.SOFTMAX : LayerKind.LIGHTNING)
                .toList();
        return new ModelConfig(
                "minimax_text_01",
                vocabSize,
                hiddenSize,
                intermediateSize,
                kinds,
                headCount,
                2,
                headDim,
                rotaryDim,
                1e7,
                expertCount,
                2,
                1e-5f,
                1e-6f,
                256,
                FACTORS,
                FACTORS,
                FACTORS,
                8192,
                false,
                List.of());
    }

    TensorSource weights() {
        SafetensorsFile file =
                SafetensorsFile.open(Goldens.checkpoint(folder).resolve("model.safetensors"), Arena.ofAuto());
        return (name, shape) -> {
            SafetensorsFile.Entry entry = Objects.requireNonNull(file.entries().get(name), name);
            List<Integer> expected = Arrays.stream(shape).boxed().toList();
            if (!entry.shape().equals(expected)) {
                throw new IllegalArgumentException(name + ": expected " + expected + ", got " + entry.shape());
            }
            return new StoredTensor(name, DType.valueOf(entry.dtype()), entry.shape(), file.bytes(entry), file.name());
        };
    }
}
