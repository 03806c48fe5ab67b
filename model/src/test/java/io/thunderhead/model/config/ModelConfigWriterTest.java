package io.thunderhead.model.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.thunderhead.model.testing.ModelConfigs;
import java.nio.charset.StandardCharsets;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.node.JsonNodeFactory;

class ModelConfigWriterTest {
    static Stream<ModelConfig> configs() {
        return Stream.of(
                KnownModels.byName("minimax-text-01").orElseThrow(),
                KnownModels.byName("minimax-vl-01").orElseThrow(),
                ModelConfigs.odd(3),
                ModelConfigs.tied(),
                ModelConfigs.baseline());
    }

    @ParameterizedTest
    @MethodSource("configs")
    void whatIsWrittenIsReadBack(ModelConfig config) {
        byte[] json = ModelConfigWriter.json(config).getBytes(StandardCharsets.UTF_8);

        ModelConfig read = ModelConfigReader.read(
                StrictJson.readObject("config.json", "content", json), JsonNodeFactory.instance.objectNode());

        assertThat(read).isEqualTo(config);
    }
}
