package io.thunderhead.coordinator.grpc;

import io.thunderhead.core.config.Bytes;
import io.thunderhead.core.config.Setting;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/// The public gRPC API; config prefix `grpc`. TLS is on when certificate and key are named.
public record GrpcConfig(
        @Setting(value = "0.0.0.0", doc = "Address on which the gRPC API listens")
        String host,

        @Setting(value = "9090", min = 0, max = 65535, doc = "Port of the gRPC API; 0 = any free one")
        int port,

        @Setting(value = "16MiB", min = 1 << 16, max = 1 << 30, doc = "Largest request that is taken")
        Bytes maxMessage,

        @Setting(
                value = "10m",
                min = 1,
                doc = "Longest a call may take; a client's own deadline counts if it is earlier")
        Duration timeoutMax,

        @Setting(
                value = "30s",
                min = 1000,
                max = 3_600_000,
                doc = "Silence after which a client is probed; it must answer within 10s")
        Duration keepalive,

        @Setting(
                value = "10s",
                min = 0,
                max = 3_600_000,
                doc = "Shortest pause between probes that a client may send; one that probes more often is cut off")
        Duration keepalivePermitted,

        @Setting(value = "10s", min = 0, max = 600_000, doc = "What running calls get to finish in at shutdown")
        Duration closeGrace,

        @Setting(value = "", doc = "PEM file of the certificate chain shown to clients")
        Optional<Path> tlsCertificate,

        @Setting(value = "", doc = "PEM file of its private key (PKCS #8)")
        Optional<Path> tlsKey) {
    public GrpcConfig {
        if (tlsCertificate.isPresent() != tlsKey.isPresent()) {
            throw new IllegalArgumentException(
                    "expected both tls-certificate and tls-key, or none; got " + tlsCertificate + ", " + tlsKey);
        }
    }
}
