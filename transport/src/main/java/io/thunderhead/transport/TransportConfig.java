package io.thunderhead.transport;

import io.thunderhead.core.config.Bytes;
import io.thunderhead.core.config.Setting;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/// Limits and patience of the lines between nodes; prefix `transport`. TLS is on, and mutual, when all three files are
/// named.
public record TransportConfig(
        @Setting(value = "64MiB", min = 1 << 16, max = 1 << 30, doc = "Largest message a node takes from another")
        Bytes maxMessage,

        @Setting(value = "32", min = 1, max = 4096, doc = "Unanswered messages one line may carry")
        int maxInFlight,

        @Setting(
                value = "4GiB",
                min = 1 << 20,
                doc = "Memory for rows received from other nodes and for answers to them")
        Bytes arrowMemory,

        @Setting(value = "2", min = 1, max = 256, doc = "Threads that read and write sockets")
        int ioThreads,

        @Setting(value = "5s", min = 10, max = 600_000, doc = "What opening a line may take")
        Duration connectTimeout,

        @Setting(
                value = "2s",
                min = 10,
                max = 600_000,
                doc = "Longest pause between attempts to open a lost line again; the first is 50 ms, each further twice"
                        + " the one before")
        Duration reconnectPauseMax,

        @Setting(
                value = "10s",
                min = 1000,
                max = 3_600_000,
                doc = "Silence after which a line is probed, and within which the probe must be answered")
        Duration keepalive,

        @Setting(value = "5s", min = 0, max = 600_000, doc = "What running work gets to finish in when a node closes")
        Duration closeGrace,

        @Setting(
                value = "auto",
                doc = "Rows between processes of one host go through shared memory: auto, or off for gRPC only")
        SharedMemory sharedMemory,

        @Setting(
                value = "4MiB",
                min = TransportConfig.RING_BYTES_MIN,
                max = TransportConfig.RING_BYTES_MAX,
                doc = "Shared memory for each direction of a line; a power of two. Larger messages pass in pieces")
        Bytes sharedMemoryRing,

        @Setting(value = "", doc = "PEM file of this node's certificate chain, shown to other nodes")
        Optional<Path> tlsCertificate,

        @Setting(value = "", doc = "PEM file of this node's private key (PKCS #8)")
        Optional<Path> tlsKey,

        @Setting(value = "", doc = "PEM file of the certificates that sign the nodes of this cluster")
        Optional<Path> tlsCa) {
    public static final long RING_BYTES_MIN = 1 << 16;
    public static final long RING_BYTES_MAX = 1 << 28;

    public static final TransportConfig DEFAULTS = new TransportConfig(
            Bytes.mebibytes(64),
            32,
            Bytes.mebibytes(4096),
            2,
            Duration.ofSeconds(5),
            Duration.ofSeconds(2),
            Duration.ofSeconds(10),
            Duration.ofSeconds(5),
            SharedMemory.AUTO,
            Bytes.mebibytes(4),
            Optional.empty(),
            Optional.empty(),
            Optional.empty());

    public enum SharedMemory {
        AUTO,
        OFF
    }

    public TransportConfig {
        if (Long.bitCount(sharedMemoryRing.value()) != 1) {
            throw new IllegalArgumentException("shared-memory-ring: expected a power of two, got " + sharedMemoryRing);
        }
        if (tlsCertificate.isPresent() != tlsKey.isPresent() || tlsKey.isPresent() != tlsCa.isPresent()) {
            throw new IllegalArgumentException("expected all of tls-certificate, tls-key and tls-ca, or none; got "
                    + tlsCertificate + ", " + tlsKey + ", " + tlsCa);
        }
    }

    public boolean tls() {
        return tlsKey.isPresent();
    }
}
