package io.thunderhead.transport.grpc;

import io.grpc.ChannelCredentials;
import io.grpc.InsecureChannelCredentials;
import io.grpc.InsecureServerCredentials;
import io.grpc.ServerCredentials;
import io.grpc.TlsChannelCredentials;
import io.grpc.TlsServerCredentials;
import io.thunderhead.core.error.ErrorCode;
import io.thunderhead.core.error.ServingException;
import io.thunderhead.transport.TransportConfig;
import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/// Credentials of both ends of a line: plaintext, or TLS where each end asks the other for a certificate of the
/// cluster's.
final class Tls {
    private Tls() {}

    static ChannelCredentials ofClient(TransportConfig config) {
        if (!config.tls()) {
            return InsecureChannelCredentials.create();
        }
        try {
            return TlsChannelCredentials.newBuilder()
                    .keyManager(file(config.tlsCertificate()), file(config.tlsKey()))
                    .trustManager(file(config.tlsCa()))
                    .build();
        } catch (IOException e) {
            throw unreadable(e);
        }
    }

    static ServerCredentials ofServer(TransportConfig config) {
        if (!config.tls()) {
            return InsecureServerCredentials.create();
        }
        try {
            return TlsServerCredentials.newBuilder()
                    .keyManager(file(config.tlsCertificate()), file(config.tlsKey()))
                    .trustManager(file(config.tlsCa()))
                    .clientAuth(TlsServerCredentials.ClientAuth.REQUIRE)
                    .build();
        } catch (IOException e) {
            throw unreadable(e);
        }
    }

    private static File file(Optional<Path> path) {
        return path.orElseThrow().toFile();
    }

    private static ServingException unreadable(IOException cause) {
        return new ServingException(
                ErrorCode.CONFIG_INVALID, "TLS file that cannot be read: " + cause.getMessage(), cause);
    }
}
