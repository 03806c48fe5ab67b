package io.thunderhead.model.checkpoint;

import io.thunderhead.model.config.ModelConfig;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.SortedMap;

/// SHA-256 over the config, the quantization if there is one, every tensor's released name, dtype and shape, and the
/// first bytes of every tensor outside the experts. The sample tells fine-tuned weights of one shape apart; hashing all
/// 850 GiB would take an hour.
final class Fingerprint {
    private static final long SAMPLE_BYTES = 256;

    private Fingerprint() {}

    static String of(ModelConfig config, Quantization quantization, SortedMap<String, StoredPart> parts) {
        MessageDigest digest = sha256();
        update(digest, config.toString());
        if (quantization != Quantization.NONE) {
            update(digest, "\n" + quantization);
        }
        parts.forEach((name, part) -> {
            update(digest, "\n" + name + " " + part.dtype() + " " + part.shape());
            if (!name.contains(".experts.")) {
                long sample = Math.min(SAMPLE_BYTES, part.data().byteSize());
                digest.update(part.data().asSlice(0, sample).toArray(ValueLayout.JAVA_BYTE));
            }
        });
        return HexFormat.of().formatHex(digest.digest());
    }

    private static void update(MessageDigest digest, String text) {
        digest.update(text.getBytes(StandardCharsets.UTF_8));
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every JDK has SHA-256", e);
        }
    }
}
