package io.thunderhead.cli.settings;

import static org.assertj.core.api.Assertions.assertThat;

import io.thunderhead.model.checkpoint.Quantization;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class ModelSettingsTest {
    @Test
    void aModelIsNamedAfterItsFolder() {
        assertThat(name("/models/MiniMax-Text-01", "")).isEqualTo("MiniMax-Text-01");
        assertThat(name("models/golden-tiny/.", "")).isEqualTo("golden-tiny");
    }

    @Test
    void theShippedDemoModelHasANameOfItsOwn() {
        assertThat(name("models/demo", "")).isEqualTo("thunderhead-demo");
        assertThat(name("/opt/thunderhead/models/demo/", "")).isEqualTo("thunderhead-demo");
        assertThat(name("/opt/demo", "")).isEqualTo("demo");
    }

    @Test
    void aGivenNameCounts() {
        assertThat(name("models/demo", "mine")).isEqualTo("mine");
    }

    private static String name(String folder, String given) {
        return new ModelSettings(Path.of(folder), given, Quantization.NONE).servedName();
    }
}
