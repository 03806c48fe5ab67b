package io.thunderhead.client;

import io.grpc.Channel;
import io.grpc.ChannelCredentials;
import io.grpc.ClientInterceptor;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.stub.MetadataUtils;
import io.thunderhead.core.id.HostPort;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// The gRPC channel to a coordinator. Retries are off: [RetryPolicy] is the only place that decides them.
final class Connection implements AutoCloseable {
    private static final Metadata.Key<String> AUTHORIZATION =
            Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);
    /// The scores of a long prompt come in one message.
    private static final int MESSAGE_BYTES_MAX = 64 << 20;

    private static final long CLOSE_MILLIS_MAX = 5_000;

    private final ManagedChannel channel;

    private Connection(ManagedChannel channel) {
        this.channel = channel;
    }

    /// @param tls null = plain text
    static Connection to(HostPort coordinator, String apiKey, @Nullable Tls tls) {
        return new Connection(Grpc.newChannelBuilderForAddress(coordinator.host(), coordinator.port(), credentials(tls))
                .disableRetry()
                .maxInboundMessageSize(MESSAGE_BYTES_MAX)
                .keepAliveTime(30, TimeUnit.SECONDS)
                .keepAliveTimeout(10, TimeUnit.SECONDS)
                .intercept(authorization(apiKey))
                .build());
    }

    Channel channel() {
        return channel;
    }

    /// Cancels what runs.
    @Override
    public void close() {
        channel.shutdownNow();
        try {
            channel.awaitTermination(CLOSE_MILLIS_MAX, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static ChannelCredentials credentials(@Nullable Tls tls) {
        try {
            return tls == null ? InsecureChannelCredentials.create() : tls.credentials();
        } catch (IOException e) {
            throw new UncheckedIOException("TLS: a PEM file cannot be read: " + e.getMessage(), e);
        }
    }

    private static ClientInterceptor[] authorization(String apiKey) {
        if (apiKey.isEmpty()) {
            return new ClientInterceptor[0];
        }
        Metadata headers = new Metadata();
        headers.put(AUTHORIZATION, "Bearer " + apiKey);
        return new ClientInterceptor[] {MetadataUtils.newAttachHeadersInterceptor(headers)};
    }
}
