package io.thunderhead.cli.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.thunderhead.core.error.ServingException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckpointFolderTest {
    @TempDir
    private Path home;

    @Test
    void leavesAPlainFolderWhereItIs() throws IOException {
        Path folder = Files.createDirectory(home.resolve("plain"));
        Files.writeString(folder.resolve("model.safetensors"), "weights");

        assertThat(new CheckpointFolder(home).resolve(folder)).isEqualTo(folder);
    }

    @Test
    void unpacksOnceBesideAllOtherFiles() throws IOException {
        packed("tiny", "weights");
        CheckpointFolder folders = new CheckpointFolder(home);

        Path unpacked = folders.resolve(Path.of("tiny"));

        assertThat(unpacked).startsWith(home.resolve(".thunderhead/models")).hasFileName("tiny");
        assertThat(unpacked.resolve("model.safetensors")).hasContent("weights");
        assertThat(unpacked.resolve("config.json")).hasContent("{}");
        Files.writeString(unpacked.resolve("mark"), "kept");
        assertThat(folders.resolve(Path.of("tiny")).resolve("mark")).exists();
    }

    @Test
    void unpacksAgainWhenTheWeightsChange() throws IOException {
        packed("tiny", "weights");
        Path before = new CheckpointFolder(home).resolve(Path.of("tiny"));
        packed("tiny", "other weights");

        Path after = new CheckpointFolder(home).resolve(Path.of("tiny"));

        assertThat(after).isNotEqualTo(before);
        assertThat(after.resolve("model.safetensors")).hasContent("other weights");
    }

    @Test
    void manyMayUnpackAtOnce() throws Exception {
        packed("tiny", "weights".repeat(100_000));
        List<Callable<Path>> starts = Stream.generate(
                        () -> (Callable<Path>) () -> new CheckpointFolder(home).resolve(Path.of("tiny")))
                .limit(8)
                .toList();

        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (Future<Path> start : threads.invokeAll(starts)) {
                assertThat(start.get().resolve("model.safetensors")).hasSize(700_000);
            }
        }
        assertThat(home.resolve(".thunderhead/models")).isDirectoryRecursivelyContaining("glob:**/tiny");
        assertThat(home.resolve(".thunderhead/models")).isDirectoryNotContaining("glob:**/unpacking-*");
    }

    @Test
    void refusesAFolderThatIsNotThere() {
        assertThatThrownBy(() -> new CheckpointFolder(home).resolve(Path.of("none")))
                .isInstanceOf(ServingException.class)
                .hasMessage("no folder none, neither here nor in " + home);
    }

    private void packed(String name, String weights) throws IOException {
        Path folder = Files.createDirectories(home.resolve(name));
        Files.writeString(folder.resolve("config.json"), "{}");
        try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(folder.resolve("model.safetensors.gz")))) {
            out.write(weights.getBytes(StandardCharsets.UTF_8));
        }
    }
}
