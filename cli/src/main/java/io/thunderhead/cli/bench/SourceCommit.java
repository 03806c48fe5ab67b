package io.thunderhead.cli.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/// Which source was measured, by its git checkout.
final class SourceCommit {
    private static final int PATIENCE_SECONDS = 10;
    private static final String UNKNOWN = "unknown";

    private SourceCommit() {}

    /// A short hash, with `-dirty` if files were changed since; `unknown` outside of a checkout or without git.
    static String of(Path checkout) {
        ProcessBuilder git = new ProcessBuilder("git", "describe", "--always", "--dirty", "--exclude=*")
                .directory(checkout.toFile())
                .redirectError(ProcessBuilder.Redirect.DISCARD);
        try {
            Process process = git.start();
            if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                return UNKNOWN;
            }
            String commit = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
            return commit.isEmpty() ? UNKNOWN : commit;
        } catch (IOException e) {
            return UNKNOWN;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return UNKNOWN;
        }
    }
}
