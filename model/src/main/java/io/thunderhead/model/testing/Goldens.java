package io.thunderhead.model.testing;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;

/// Golden models, expected numbers and cases of `model/src/test/resources/goldens`, found from any module's tests.
public final class Goldens {
    /// The models, by folder name.
    public static final String G1_TINY_A = "g1_tiny_a";

    public static final String G2_TINY_B = "g2_tiny_b";
    public static final String G4_BF16 = "g4_bf16";
    /// The one whose vocabulary (1064) has room for all ids of the golden tokenizer (1035).
    public static final String VL_TINY = "vl_tiny";

    private static final Path IN_REPOSITORY = Path.of("model", "src", "test", "resources", "goldens");
    private static final Path UNPACKED = Path.of("model", "target", "goldens");

    private Goldens() {}

    /// Which of the two config layouts a checkpoint directory gets.
    public enum Layout {
        TRANSFORMERS("config.json"),
        ORIGINAL("config_original.json");

        private final String source;

        Layout(String source) {
            this.source = source;
        }
    }

    /// A file or folder under goldens/.
    public static Path path(String first, String... more) {
        return repository().resolve(IN_REPOSITORY).resolve(Path.of(first, more));
    }

    /// A complete checkpoint directory without tokenizer, transformers layout. Do not write into it.
    public static Path checkpoint(String model) {
        return checkpoint(model, Layout.TRANSFORMERS);
    }

    public static Path checkpoint(String model, Layout layout) {
        return unpacked(model, layout, List.of());
    }

    /// A checkpoint directory with tokenizer.json and tokenizer_config.json. Only [#VL_TINY] has room for every id.
    public static Path checkpointWithTokenizer(String model) {
        return unpacked(model, Layout.TRANSFORMERS, List.of("tokenizer.json", "tokenizer_config.json"));
    }

    /// A checkpoint that ships with the project, by its folder's name; maybe with packed weights.
    public static Path shipped(String name) {
        return repository().resolve("models").resolve(name);
    }

    /// The model's expected.safetensors.
    public static GoldenTensors expected(String model) {
        return expected(model, "expected.safetensors");
    }

    public static GoldenTensors expected(String model, String file) {
        return GoldenTensors.open(path(model, file));
    }

    private static Path unpacked(String model, Layout layout, List<String> tokenizerFiles) {
        String suffix = tokenizerFiles.isEmpty() ? "" : "-tokenizer";
        String name = model + "-" + layout.name().toLowerCase(Locale.ROOT) + suffix;
        Path folder = repository().resolve(UNPACKED).resolve(name);
        try {
            if (!Files.exists(folder)) {
                unpack(model, layout, tokenizerFiles, folder);
            }
            return folder;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Fills a folder of its own and renames it, so that tests of several JVMs never see half of one.
    private static void unpack(String model, Layout layout, List<String> tokenizerFiles, Path folder)
            throws IOException {
        Path parent = folder.resolveSibling("");
        Files.createDirectories(parent);
        Path filling = Files.createTempDirectory(parent, "filling");
        Files.copy(path(model, layout.source), filling.resolve("config.json"));
        try (InputStream packed = new GZIPInputStream(Files.newInputStream(path(model, "model.safetensors.gz")))) {
            Files.copy(packed, filling.resolve("model.safetensors"));
        }
        for (String file : tokenizerFiles) {
            Files.copy(path("tokenizer", file), filling.resolve(file));
        }
        try {
            Files.move(filling, folder);
        } catch (FileSystemException e) {
            if (!Files.exists(folder)) {
                throw e;
            }
            deleteFolder(filling); // another JVM was first
        }
    }

    private static void deleteFolder(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        }
        Files.delete(folder);
    }

    private static Path repository() {
        Path start = Path.of("").toAbsolutePath();
        for (Path folder = start; folder != null; folder = folder.getParent()) {
            if (Files.isDirectory(folder.resolve(IN_REPOSITORY))) {
                return folder;
            }
        }
        throw new IllegalStateException("no " + IN_REPOSITORY + " in or above " + start);
    }
}
