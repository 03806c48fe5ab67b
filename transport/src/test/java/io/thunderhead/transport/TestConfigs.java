package io.thunderhead.transport;

import io.thunderhead.core.config.Bytes;
import java.time.Duration;
import java.util.Optional;

public final class TestConfigs {
    private TestConfigs() {}

    /// Small limits, no grace.
    public static TransportConfig of(int maxInFlight, Bytes maxMessage) {
        return new TransportConfig(
                maxMessage,
                maxInFlight,
                Bytes.mebibytes(256),
                1,
                Duration.ofSeconds(5),
                Duration.ofMillis(50),
                Duration.ofSeconds(10),
                Duration.ofMillis(100),
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
    }

    public static TransportConfig of(int maxInFlight) {
        return of(maxInFlight, Bytes.mebibytes(16));
    }
}
