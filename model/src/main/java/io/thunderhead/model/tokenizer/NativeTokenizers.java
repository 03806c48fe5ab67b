package io.thunderhead.model.tokenizer;

import ai.djl.huggingface.tokenizers.jni.LibUtils;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// Tells DJL, before it loads the native tokenizer, to take the CPU build out of its jar, to unpack it where we may
/// write, and to ask nobody on the network. What the user has set by property or environment stays.
final class NativeTokenizers {
    private NativeTokenizers() {}

    /// Idempotent. Throws DJL's EngineException if there is no build for this machine.
    static void load() {
        setUnlessGiven("RUST_FLAVOR", "cpu"); // no probing for CUDA, of which DJL would download a build
        setUnlessGiven("ai.djl.offline", "true");
        setUnlessGiven("OPT_OUT_TRACKING", "true");
        if (given("ENGINE_CACHE_DIR") == null && given("DJL_CACHE_DIR") == null) {
            System.setProperty("DJL_CACHE_DIR", cacheDirectory().toString());
        }
        LibUtils.checkStatus();
    }

    private static void setUnlessGiven(String name, String value) {
        if (given(name) == null) {
            System.setProperty(name, value);
        }
    }

    private static @Nullable String given(String name) {
        String property = System.getProperty(name);
        return property != null ? property : System.getenv(name);
    }

    /// `~/.cache/thunderhead`; in a container without a writable home a fresh folder, for nobody else to have filled.
    private static Path cacheDirectory() {
        try {
            Path shared = Path.of(System.getProperty("user.home", "/"), ".cache", "thunderhead");
            return Files.createDirectories(shared);
        } catch (IOException e) {
            return freshDirectory();
        }
    }

    private static Path freshDirectory() {
        try {
            return Files.createTempDirectory("thunderhead-tokenizers");
        } catch (IOException e) {
            throw new UncheckedIOException("no writable folder for the native tokenizer: set DJL_CACHE_DIR", e);
        }
    }
}
