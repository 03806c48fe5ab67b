package io.thunderhead.helm;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Predicate;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.compressors.gzip.GzipCompressorInputStream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// The image as image/ writes it: a tar with a description, and a compressed tar for each layer.
///
/// @param config user, environment and labels
/// @param files path without the first slash to content
record ImageArchive(JsonNode config, Map<String, byte[]> files) {
    /// Where the build of the image puts it, unless `-Dhelm.image` names another.
    static final Path FILE = Path.of(System.getProperty("helm.image", "../image/target/thunderhead-image.tar"))
            .toAbsolutePath();

    private static final JsonMapper JSON = new JsonMapper();

    /// @param wanted paths of the files whose content matters; that of others is left empty
    static ImageArchive read(Predicate<String> wanted) throws IOException {
        Map<String, byte[]> parts = new HashMap<>();
        try (InputStream in = Files.newInputStream(FILE)) {
            untar(in, name -> true, parts);
        }
        JsonNode manifest = JSON.readTree(parts.get("manifest.json")).path(0);
        Map<String, byte[]> files = new HashMap<>();
        for (JsonNode layer : manifest.path("Layers")) {
            byte[] content = parts.get(layer.asString());
            untar(new GzipCompressorInputStream(new ByteArrayInputStream(content)), wanted, files);
        }
        JsonNode config = JSON.readTree(parts.get(manifest.path("Config").asString()));
        return new ImageArchive(config.path("config"), files);
    }

    private static void untar(InputStream in, Predicate<String> wanted, Map<String, byte[]> into) throws IOException {
        TarArchiveInputStream tar = new TarArchiveInputStream(in);
        for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
            if (entry.isFile()) {
                into.put(entry.getName(), wanted.test(entry.getName()) ? tar.readAllBytes() : new byte[0]);
            }
        }
    }
}
