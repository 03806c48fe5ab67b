package io.thunderhead.client;

import io.grpc.ChannelCredentials;
import io.grpc.TlsChannelCredentials;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// PEM files; null = what the JVM trusts, or no certificate of our own.
record Tls(
        @Nullable Path trusted,
        @Nullable Path certificateChain,
        @Nullable Path privateKey) {
    static final Tls TRUSTING_SYSTEM = new Tls(null, null, null);

    static Tls trusting(Path certificates) {
        return new Tls(certificates, null, null);
    }

    ChannelCredentials credentials() throws IOException {
        TlsChannelCredentials.Builder credentials = TlsChannelCredentials.newBuilder();
        if (trusted != null) {
            credentials.trustManager(trusted.toFile());
        }
        if (certificateChain != null && privateKey != null) {
            credentials.keyManager(certificateChain.toFile(), privateKey.toFile());
        }
        return credentials.build();
    }
}
