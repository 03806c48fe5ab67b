package io.thunderhead.model.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import io.thunderhead.core.error.ErrorCode;
import io.thunderhead.core.error.ServingException;
import io.thunderhead.model.testing.Goldens;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

final class ModelConfigReaderTest {
    private static final JsonMapper JSON = JsonMapper.shared();
    private static final JsonNode NO_GENERATION_CONFIG = JSON.createObjectNode();

    @ParameterizedTest
    @ValueSource(strings = {Goldens.G1_TINY_A, Goldens.G2_TINY_B, Goldens.G4_BF16})
    void bothLayoutsOfOneModelReadEqual(String model) {
        ModelConfig original = ModelConfigReader.read(Goldens.checkpoint(model, Goldens.Layout.ORIGINAL));
        ModelConfig transformers = ModelConfigReader.read(Goldens.checkpoint(model));

        assertThat(original)
                .usingRecursiveComparison()
                .ignoringFields("modelType")
                .isEqualTo(transformers);
        assertThat(original.modelType()).isEqualTo("minimax_text_01");
    }

    @Test
    void readsEveryValue() {
        ModelConfig config = ModelConfigReader.read(Goldens.checkpoint(Goldens.G1_TINY_A));

        ResidualFactors factors = new ResidualFactors(3.5565588f, 1);
        LayerKind lightning = LayerKind.LIGHTNING;
        assertThat(config)
                .isEqualTo(new ModelConfig(
                        "minimax",
                        512,
                        64,
                        96,
                        List.of(
                                lightning,
                                lightning,
                                lightning,
                                lightning,
                                lightning,
                                lightning,
                                lightning,
                                LayerKind.SOFTMAX),
                        4,
                        2,
                        16,
                        8,
                        1e7,
                        8,
                        2,
                        1e-5f,
                        1e-6f,
                        256,
                        factors,
                        factors,
                        factors,
                        8192,
                        false,
                        List.of()));
    }

    @Test
    void readsTheTextPartOfAVisionModel() {
        ModelConfig config = ModelConfigReader.read(Goldens.checkpoint(Goldens.VL_TINY));

        assertThat(config.layerCount()).isEqualTo(4);
        assertThat(config.vocabSize()).isEqualTo(1064);
    }

    @Test
    void appliesTheDefaultsOfTransformersClass() {
        ModelConfig config = ModelConfigReader.read(JSON.readTree("""
                {"model_type": "minimax", "vocab_size": 100, "hidden_size": 64, "intermediate_size": 32,
                 "num_hidden_layers": 3, "num_attention_heads": 4, "num_key_value_heads": 2}"""), NO_GENERATION_CONFIG);

        assertThat(config.layerKinds()).containsExactly(LayerKind.SOFTMAX, LayerKind.LIGHTNING, LayerKind.SOFTMAX);
        assertThat(config.headDim()).isEqualTo(16);
        assertThat(config.rotaryDim()).isEqualTo(16);
        assertThat(config.ropeTheta()).isEqualTo(1e6);
        assertThat(config.expertCount()).isEqualTo(8);
        assertThat(config.topK()).isEqualTo(2);
        assertThat(config.rmsNormEps()).isEqualTo(1e-5f);
        assertThat(config.blockSize()).isEqualTo(256);
        assertThat(config.mlpFactors()).isEqualTo(new ResidualFactors(1, 1));
        assertThat(config.endTokenIds()).containsExactly(2);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "rotary_dim                      | 7           | an even number",
                "rotary_dim                      | 32          | from 1 to 16",
                "partial_rotary_factor           | 0.25        | 4 by partial_rotary_factor",
                "postnorm                        | false       | true",
                "postnorm                        | null        | true",
                "shared_intermediate_size        | 12          | 0 or [0]",
                "shared_intermediate_size        | [0, 3]      | 0 or [0]",
                "hidden_act                      | \"gelu\"    | \"silu\"",
                "sliding_window                  | 4096        | null",
                "quantization_config             | {}          | null",
                "rope_scaling                    | {\"type\": \"yarn\"} | \"default\"",
                "attn_type_list                  | [0, 1]      | each of 8 layers",
                "attn_type_list                  | [0,0,0,0,0,0,0,2] | 0 (lightning) or 1 (softmax)",
                "attn_type_list                  | null        | each of 8 layers",
                "num_experts_per_tok             | 9           | at most num_local_experts 8",
                "num_key_value_heads             | 3           | a divisor of num_attention_heads 4",
                "hidden_size                     | -1          | a whole number",
                "hidden_size                     | 64.5        | a whole number",
                "hidden_size                     | null        | a whole number",
                "rms_norm_eps                    | 0           | a positive number",
                "layernorm_mlp_alpha             | \"x\"       | a positive number",
                "model_type                      | \"mixtral\" | one of",
                "tie_word_embeddings             | \"no\"      | true or false",
                "eos_token_id                    | 512         | token ids from 0 to 511"
            })
    void refusesNamingFileKeyExpectedAndFound(String key, String value, String expected) throws IOException {
        ObjectNode config = originalConfig();
        config.set(key, JSON.readTree(value));

        assertThatThrownBy(() -> ModelConfigReader.read(config, NO_GENERATION_CONFIG))
                .asInstanceOf(type(ServingException.class))
                .satisfies(e -> assertThat(e.code()).isEqualTo(ErrorCode.CHECKPOINT_INVALID))
                .extracting(Throwable::getMessage)
                .asString()
                .startsWith("config.json: ")
                .contains(key.equals("partial_rotary_factor") ? "rotary_dim" : key)
                .contains(expected)
                .hasLineCount(1);
    }

    @Test
    void listsAllProblemsAtOnce() throws IOException {
        ObjectNode config = originalConfig();
        config.put("postnorm", false).put("hidden_act", "relu").put("vocab_size", 0);

        assertThatThrownBy(() -> ModelConfigReader.read(config, NO_GENERATION_CONFIG))
                .hasMessageContainingAll("postnorm", "hidden_act", "vocab_size");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "shared_intermediate_size | [0]",
                "sliding_window           | null",
                "rope_scaling             | {\"rope_type\": \"default\"}",
                "partial_rotary_factor    | 0.5",
                "block                    | 256"
            })
    void acceptsOtherSpellingsOfTheSame(String key, String value) throws IOException {
        ObjectNode config = originalConfig();
        ModelConfig plain = ModelConfigReader.read(config, NO_GENERATION_CONFIG);
        config.set(key, JSON.readTree(value));

        assertThat(ModelConfigReader.read(config, NO_GENERATION_CONFIG)).isEqualTo(plain);
    }

    @Test
    void takesEndTokensFromGenerationConfigFirst() throws IOException {
        ObjectNode config = originalConfig();
        config.put("eos_token_id", 3);

        assertThat(ModelConfigReader.read(config, NO_GENERATION_CONFIG).endTokenIds())
                .containsExactly(3);
        assertThat(ModelConfigReader.read(config, JSON.readTree("{\"eos_token_id\": [4, 5]}"))
                        .endTokenIds())
                .containsExactly(4, 5);
    }

    @Test
    void refusesADirectoryWithoutConfigAndAFileThatIsNoJson(@TempDir Path directory) throws IOException {
        assertThatThrownBy(() -> ModelConfigReader.read(directory)).hasMessageContaining("config.json: file");

        Files.writeString(directory.resolve("config.json"), "{\"model_type\": 1, \"model_type\": 2}");
        assertThatThrownBy(() -> ModelConfigReader.read(directory))
                .isInstanceOf(ServingException.class)
                .hasMessageContaining("Duplicate");
    }

    private static ObjectNode originalConfig() throws IOException {
        return (ObjectNode) JSON.readTree(Files.readString(Goldens.path(Goldens.G1_TINY_A, "config_original.json")));
    }
}
