package io.thunderhead.coordinator.grpc;

import io.grpc.InsecureServerCredentials;
import io.grpc.Server;
import io.grpc.ServerCredentials;
import io.grpc.TlsServerCredentials;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.services.ProtoReflectionServiceV1;
import io.thunderhead.coordinator.api.Completions;
import io.thunderhead.coordinator.api.ServedModels;
import io.thunderhead.coordinator.trace.Telemetry;
import io.thunderhead.core.error.ErrorCode;
import io.thunderhead.core.error.ServingException;
import io.thunderhead.core.id.HostPort;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Serves the public gRPC API, with health checks and reflection. Calls run on virtual threads.
public final class GrpcApiServer implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(GrpcApiServer.class);
    private static final long PROBE_ANSWER_SECONDS_MAX = 10;

    private final GrpcConfig config;
    private final HealthReporter health;
    private final ExecutorService calls = Executors.newVirtualThreadPerTaskExecutor();
    private final Server server;

    /// Throws CONFIG_INVALID if certificate or key cannot be read.
    public GrpcApiServer(
            GrpcConfig config,
            ServedModels models,
            Completions completions,
            ClusterView cluster,
            ClientKeys keys,
            Telemetry telemetry) {
        this.config = config;
        this.health = new HealthReporter(cluster);
        this.server = NettyServerBuilder.forAddress(
                        new InetSocketAddress(config.host(), config.port()), credentials(config))
                .executor(calls)
                .maxInboundMessageSize((int) config.maxMessage().value())
                .keepAliveTime(config.keepalive().toMillis(), TimeUnit.MILLISECONDS)
                .keepAliveTimeout(PROBE_ANSWER_SECONDS_MAX, TimeUnit.SECONDS)
                .permitKeepAliveTime(config.keepalivePermitted().toMillis(), TimeUnit.MILLISECONDS)
                .permitKeepAliveWithoutCalls(true)
                .intercept(new ApiKeyInterceptor(keys))
                .intercept(new CallObserver(telemetry)) // the last is called first
                .addService(new InferenceService(models, completions, config.timeoutMax()))
                .addService(new ClusterService(cluster))
                .addService(health.service())
                .addService(ProtoReflectionServiceV1.newInstance())
                .build();
    }

    /// Binds; returns where it listens. Throws CONFIG_INVALID if the port cannot be had.
    public HostPort start() {
        try {
            server.start();
        } catch (IOException e) {
            throw new ServingException(
                    ErrorCode.CONFIG_INVALID,
                    "grpc: cannot listen on " + config.host() + ":" + config.port() + ": " + e.getMessage(),
                    e);
        }
        health.start();
        log.info(
                "gRPC API on {}:{}{}",
                config.host(),
                server.getPort(),
                config.tlsKey().isPresent() ? ", TLS" : "");
        return new HostPort(config.host(), server.getPort());
    }

    /// Takes no new calls; those that run go on. Does not wait.
    public void refuseNew() {
        health.close();
        server.shutdown();
    }

    /// Takes no new calls, gives those that run the configured grace, then cancels them.
    @Override
    public void close() {
        refuseNew();
        try {
            if (!server.awaitTermination(config.closeGrace().toMillis(), TimeUnit.MILLISECONDS)) {
                server.shutdownNow();
                server.awaitTermination(PROBE_ANSWER_SECONDS_MAX, TimeUnit.SECONDS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            server.shutdownNow();
        }
        calls.shutdownNow();
    }

    private static ServerCredentials credentials(GrpcConfig config) {
        if (config.tlsCertificate().isEmpty() || config.tlsKey().isEmpty()) {
            return InsecureServerCredentials.create();
        }
        try {
            ServerCredentials credentials = TlsServerCredentials.create(
                    config.tlsCertificate().get().toFile(),
                    config.tlsKey().get().toFile());
            var _ = NettyServerBuilder.forPort(0, credentials); // checks the files' contents
            return credentials;
        } catch (IOException | IllegalArgumentException e) {
            throw new ServingException(
                    ErrorCode.CONFIG_INVALID,
                    "grpc.tls-certificate " + config.tlsCertificate().get() + ", grpc.tls-key "
                            + config.tlsKey().get() + ": " + e.getMessage(),
                    e);
        }
    }
}
