package io.thunderhead.transport;

import io.thunderhead.core.config.Bytes;
import io.thunderhead.core.testing.TestAuthority;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

public final class TestConfigs {
    private TestConfigs() {}

    /// Small limits, no grace.
    public static TransportConfig of(int maxInFlight, Bytes maxMessage) {
        return of(maxInFlight, maxMessage, Optional.empty(), Optional.empty(), Optional.empty());
    }

    /// A node that shows this certificate and trusts this authority.
    public static TransportConfig tls(TestAuthority.Issued own, Path trusted) {
        return of(8, Bytes.mebibytes(16), Optional.of(own.chain()), Optional.of(own.key()), Optional.of(trusted));
    }

    /// With rings far smaller than many a message.
    public static TransportConfig sharedMemory(int maxInFlight) {
        TransportConfig plain = of(maxInFlight);
        return new TransportConfig(
                plain.maxMessage(),
                plain.maxInFlight(),
                plain.arrowMemory(),
                plain.ioThreads(),
                plain.connectTimeout(),
                plain.reconnectPauseMax(),
                plain.keepalive(),
                plain.closeGrace(),
                TransportConfig.SharedMemory.AUTO,
                plain.sharedMemoryRing(),
                plain.tlsCertificate(),
                plain.tlsKey(),
                plain.tlsCa());
    }

    private static TransportConfig of(
            int maxInFlight, Bytes maxMessage, Optional<Path> chain, Optional<Path> key, Optional<Path> trusted) {
        return new TransportConfig(
                maxMessage,
                maxInFlight,
                Bytes.mebibytes(256),
                1,
                Duration.ofSeconds(5),
                Duration.ofMillis(50),
                Duration.ofSeconds(10),
                Duration.ofMillis(100),
                TransportConfig.SharedMemory.OFF,
                new Bytes(65536),
                chain,
                key,
                trusted);
    }

    public static TransportConfig of(int maxInFlight) {
        return of(maxInFlight, Bytes.mebibytes(16));
    }
}
