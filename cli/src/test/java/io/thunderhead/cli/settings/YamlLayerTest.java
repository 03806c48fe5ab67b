package io.thunderhead.cli.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.thunderhead.core.config.ConfigLayer;
import io.thunderhead.core.config.ConfigValue;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class YamlLayerTest {
    @TempDir
    private Path folder;

    @Test
    void flattensMapsAndListsAndKeepsLines() throws IOException {
        Path file = write("""
                # a comment
                cluster:
                  attention-workers: 3
                  rejoin-grace: 5s
                cluster.members: [a:1, b:2]
                model:
                  name:
                """);

        ConfigLayer layer = YamlLayer.read(file);

        assertThat(layer.values())
                .containsEntry("cluster.attention-workers", new ConfigValue("3", file + ":3"))
                .containsEntry("cluster.rejoin-grace", new ConfigValue("5s", file + ":4"))
                .containsEntry("cluster.members", new ConfigValue("a:1,b:2", file + ":5"))
                .containsEntry("model.name", new ConfigValue("", file + ":7"))
                .hasSize(4);
    }

    @Test
    void acceptsAnEmptyFile() throws IOException {
        assertThat(YamlLayer.read(write("# nothing set\n")).values()).isEmpty();
    }

    @Test
    void refusesWhatIsNoMapOfSettings() throws IOException {
        assertThatThrownBy(() -> YamlLayer.read(write("just text")))
                .hasMessageContaining(":1: configuration: expected");
        assertThatThrownBy(() -> YamlLayer.read(write("a: [1, {b: 2}]")))
                .hasMessageContaining(":1: a: expected a list of plain values");
        assertThatThrownBy(() -> YamlLayer.read(write("a:\n  b: 1\na.b: 2")))
                .hasMessageContaining(":3: a.b: already set");
        assertThatThrownBy(() -> YamlLayer.read(write("a: [1"))).hasMessageContaining("config.yaml:");
        assertThatThrownBy(() -> YamlLayer.read(write("a: 1\na: 2"))).hasMessageContaining("config.yaml:2");
        assertThatThrownBy(() -> YamlLayer.read(folder.resolve("none.yaml"))).hasMessageContaining("cannot read");
    }

    private Path write(String text) throws IOException {
        return Files.writeString(folder.resolve("config.yaml"), text);
    }
}
