package io.thunderhead.cli.settings;

import static org.assertj.core.api.Assertions.assertThat;

import io.thunderhead.cluster.membership.ClusterConfig;
import io.thunderhead.core.config.Config;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigReferenceTest {
    private final ConfigReference reference = new ConfigReference(ThunderheadSchema.SCHEMA);

    @TempDir
    private Path folder;

    /// When it fails: ./thunderhead config --markdown >docs/CONFIG.md
    @Test
    void documentedKeysAreTheKeys() throws IOException {
        assertThat(reference.markdown().lines())
                .containsExactlyElementsOf(Files.readAllLines(Path.of("..", "docs", "CONFIG.md")));
    }

    @Test
    void printedFileIsAFileOfDefaults() throws IOException {
        Path file = Files.writeString(folder.resolve("defaults.yaml"), reference.yaml());

        Config config = ThunderheadSchema.SCHEMA.bind(YamlLayer.read(file));

        assertThat(config.get(ServeSettings.class)).isEqualTo(Config.defaults(ServeSettings.class));
        assertThat(config.get(ClusterConfig.class)).isEqualTo(Config.defaults(ClusterConfig.class));
        assertThat(reference.yaml()).contains("  attention-workers: 2\n");
    }

    @Test
    void textNamesKeyDefaultRangeMeaningAndVariable() {
        assertThat(reference.text()).contains("""
                grpc.port = 9090
                    Port of the gRPC API; 0 = any free one
                    an integer from 0 to 65535; THUNDERHEAD_GRPC_PORT
                """);
    }
}
