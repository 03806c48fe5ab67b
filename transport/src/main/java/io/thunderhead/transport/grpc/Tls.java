package io.thunderhead.transport.grpc;

import io.grpc.ChannelCredentials;
import io.grpc.InsecureChannelCredentials;
import io.grpc.InsecureServerCredentials;
import io.grpc.ServerCredentials;
import io.grpc.TlsChannelCredentials;
import io.grpc.TlsServerCredentials;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.NettyServerBuilder;
import io.thunderhead.core.error.ErrorCode;
import io.thunderhead.core.error.ServingException;
import io.thunderhead.transport.TransportConfig;
import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/// Credentials of both ends of a line: plaintext, or TLS where each end asks the other for a certificate of the
/// cluster's. Throws CONFIG_INVALID for files that cannot be read or are not what they should be.
final class Tls {
    private Tls() {}

    static ChannelCredentials ofClient(TransportConfig config) {
        if (!config.tls()) {
            return InsecureChannelCredentials.create();
        }
        try {
            ChannelCredentials credentials = TlsChannelCredentials.newBuilder()
                    .keyManager(file(config.tlsCertificate()), file(config.tlsKey()))
                    .trustManager(file(config.tlsCa()))
                    .build();
            var _ = NettyChannelBuilder.forTarget("any", credentials); // checks the files' contents
            return credentials;
        } catch (IOException | IllegalArgumentException e) {
            throw unusable(config, e);
        }
    }

    static ServerCredentials ofServer(TransportConfig config) {
        if (!config.tls()) {
            return InsecureServerCredentials.create();
        }
        try {
            ServerCredentials credentials = TlsServerCredentials.newBuilder()
                    .keyManager(file(config.tlsCertificate()), file(config.tlsKey()))
                    .trustManager(file(config.tlsCa()))
                    .clientAuth(TlsServerCredentials.ClientAuth.REQUIRE)
                    .build();
            var _ = NettyServerBuilder.forPort(0, credentials); // checks the files' contents
            return credentials;
        } catch (IOException | IllegalArgumentException e) {
            throw unusable(config, e);
        }
    }

    private static File file(Optional<Path> path) {
        return path.orElseThrow().toFile();
    }

    private static ServingException unusable(TransportConfig config, Exception cause) {
        return new ServingException(
                ErrorCode.CONFIG_INVALID,
                "TLS between nodes with certificate " + file(config.tlsCertificate()) + ", key " + file(config.tlsKey())
                        + ", CA " + file(config.tlsCa()) + ": " + cause.getMessage(),
                cause);
    }
}
