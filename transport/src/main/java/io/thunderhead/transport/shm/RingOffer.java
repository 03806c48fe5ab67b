package io.thunderhead.transport.shm;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// What a worker tells callers, over a line that they trust already, so that those of its host can come.
///
/// @param bootId of the running kernel, empty where there is none
/// @param socket where it listens
/// @param token to be shown there, [#TOKEN_DIGITS] hexadecimal digits
public record RingOffer(String bootId, Path socket, String token) {
    static final int TOKEN_DIGITS = 64;
    private static final Path BOOT_ID = Path.of("/proc/sys/kernel/random/boot_id");

    /// Of this machine.
    public static String ownBootId() {
        try {
            return Files.exists(BOOT_ID) ? Files.readString(BOOT_ID).strip() : "";
        } catch (IOException e) {
            return ""; // then the socket alone decides
        }
    }
}
