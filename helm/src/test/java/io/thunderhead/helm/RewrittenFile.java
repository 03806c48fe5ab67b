package io.thunderhead.helm;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// A committed file that a test knows how to make. `-Dhelm.rewrite=true` writes it instead of comparing; the change is
/// then read in the diff.
final class RewrittenFile {
    private static final boolean REWRITE = Boolean.getBoolean("helm.rewrite");

    private RewrittenFile() {}

    static void check(Path file, String expected) throws IOException {
        if (REWRITE) {
            Files.createDirectories(file.toAbsolutePath().resolveSibling(""));
            Files.writeString(file, expected);
        }
        assertThat(Files.exists(file) ? Files.readString(file) : "")
                .as("%s: is it as intended? Then run the test with -Dhelm.rewrite=true", file)
                .isEqualTo(expected);
    }
}
