package io.thunderhead.coordinator.http;

import io.thunderhead.coordinator.admin.AdminView;
import io.thunderhead.coordinator.api.ApiKeys;
import io.thunderhead.coordinator.api.Completions;
import io.thunderhead.coordinator.api.ServedModels;
import io.thunderhead.coordinator.openai.ApiLimits;
import io.thunderhead.coordinator.schedule.EngineStats;
import io.thunderhead.coordinator.trace.Telemetry;
import io.thunderhead.core.error.ErrorCode;
import io.thunderhead.core.error.ServingException;
import io.thunderhead.core.time.Deadline;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.file.FileSystemOptions;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.net.PemKeyCertOptions;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The coordinator's HTTP server: OpenAI's API, tokenization, health. [#start] listens, [#close] lets running requests
/// end for a while and cancels the rest.
public final class HttpApi implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(HttpApi.class);
    private static final Duration START_TIMEOUT = Duration.ofSeconds(30);
    private static final Duration STOP_TIMEOUT = Duration.ofSeconds(10);
    private static final List<HealthView.Missing> STOPPING =
            List.of(new HealthView.Missing("this coordinator", "it stops, and takes nothing new"));
    private static final int EVENT_LOOPS = Math.clamp(Runtime.getRuntime().availableProcessors() / 2, 1, 8);
    private static final int HEADER_BYTES_MAX = 32 << 10;
    private static final int HTTP2_WINDOW_BYTES = 1 << 20;
    /// Bounds what the kernel holds for a client that does not read; it would grow to megabytes by itself.
    private static final int SEND_BUFFER_BYTES = 256 << 10;

    private final HttpConfig config;
    private final RequestGate gate;
    private final Vertx vertx;
    private final HttpServer server;

    /// Throws CONFIG_INVALID for keys that cannot be read.
    public HttpApi(
            HttpConfig config,
            ServedModels models,
            Completions completions,
            HealthView health,
            Supplier<EngineStats> stats,
            AdminView admin,
            ApiKeys keys,
            Telemetry telemetry) {
        this.config = config;
        this.gate = new RequestGate(
                config.maxConcurrentRequests(), config.maxBodies().value());
        ApiLimits limits = new ApiLimits(config.maxChoices(), config.requestTimeout(), config.keepAliveInterval());
        this.vertx = Vertx.builder()
                .with(vertxOptions())
                .withTransport(new GuardedTransport(new ConnectionGuard(config.maxConnections(), config.idleTimeout())))
                .build();
        IdleConnections idle = new IdleConnections(vertx, config.idleTimeout());
        RequestHandler handler = new RequestHandler(
                vertx,
                config,
                ApiRoutes.of(
                        models,
                        completions,
                        limits,
                        () -> gate.isClosed() ? STOPPING : health.missing(),
                        stats,
                        telemetry.metrics(),
                        config.pages() ? Optional.of(admin) : Optional.empty()),
                keys,
                gate,
                telemetry);
        this.server = vertx.createHttpServer(serverOptions(config))
                .connectionHandler(idle::opened)
                .requestHandler(request -> {
                    idle.began(request);
                    handler.handle(request);
                });
    }

    /// Throws CONFIG_INVALID if it cannot listen.
    public void start() {
        try {
            await(server.listen(), START_TIMEOUT);
        } catch (ExecutionException | TimeoutException e) {
            throw new ServingException(
                    ErrorCode.CONFIG_INVALID,
                    "http: cannot listen on " + config.host() + ":" + config.port() + ": " + e.getMessage(),
                    e);
        }
        log.info(
                "HTTP API listens on {}:{}{}",
                config.host(),
                port(),
                config.tlsKey().isPresent() ? " with TLS" : "");
    }

    /// The port it listens on.
    public int port() {
        return server.actualPort();
    }

    /// Refuses new requests with SHUTTING_DOWN, waits `http.shutdown-grace` for the running ones, closes what is left.
    @Override
    public void close() {
        gate.close();
        Deadline grace = Deadline.after(config.shutdownGrace());
        gate.awaitEmpty(grace);
        try {
            await(server.close(), STOP_TIMEOUT); // first: a connection accepted by a closing Vert.x ends in a warning
            await(vertx.close(), STOP_TIMEOUT);
        } catch (ExecutionException | TimeoutException e) {
            log.warn("HTTP API did not close cleanly", e);
        }
    }

    private static VertxOptions vertxOptions() {
        return new VertxOptions()
                .setEventLoopPoolSize(EVENT_LOOPS)
                .setWorkerPoolSize(1)
                .setInternalBlockingPoolSize(2)
                .setFileSystemOptions(
                        new FileSystemOptions().setFileCachingEnabled(false).setClassPathResolvingEnabled(false));
    }

    private static HttpServerOptions serverOptions(HttpConfig config) {
        HttpServerOptions options = new HttpServerOptions()
                .setHost(config.host())
                .setPort(config.port())
                .setAcceptBacklog(4096)
                .setSendBufferSize(SEND_BUFFER_BYTES)
                .setMaxHeaderSize(HEADER_BYTES_MAX)
                .setHttp2ConnectionWindowSize(16 * HTTP2_WINDOW_BYTES);
        options.getInitialSettings().setInitialWindowSize(HTTP2_WINDOW_BYTES).setMaxConcurrentStreams(1000);
        config.tlsCertificate()
                .ifPresent(certificate -> options.setSsl(true)
                        .setUseAlpn(true)
                        .setKeyCertOptions(new PemKeyCertOptions()
                                .setCertPath(certificate.toString())
                                .setKeyPath(config.tlsKey().orElseThrow().toString())));
        return options;
    }

    private static void await(Future<?> future, Duration timeout) throws ExecutionException, TimeoutException {
        try {
            future.toCompletionStage().toCompletableFuture().get(timeout.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ServingException(ErrorCode.SHUTTING_DOWN, "interrupted while the HTTP API starts or stops", e);
        }
    }
}
