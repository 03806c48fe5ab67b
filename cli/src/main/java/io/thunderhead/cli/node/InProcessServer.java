package io.thunderhead.cli.node;

import io.thunderhead.cli.local.ChildStatus;
import io.thunderhead.cli.settings.ServeSettings;
import io.thunderhead.core.config.Config;
import io.thunderhead.core.error.ErrorCode;
import io.thunderhead.core.error.ServingException;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/// A whole cluster inside this process, wired by reference. Also closed when this process is told to stop.
final class InProcessServer implements OwnServer {
    private final Nodes nodes;
    private final Config config;
    private final CompletableFuture<ChildStatus> ready = new CompletableFuture<>();
    private @Nullable RunningNode running;

    InProcessServer(Nodes nodes, Config config) {
        this.nodes = nodes;
        this.config = config;
    }

    @Override
    public URI startHttp() {
        Runtime.getRuntime().addShutdownHook(new Thread(this::close, "shutdown"));
        Duration patience = config.get(ServeSettings.class).startTimeout();
        start();
        try {
            return OwnServer.httpOf(ready.get(patience.toNanos(), TimeUnit.NANOSECONDS));
        } catch (TimeoutException e) {
            throw new ServingException(
                    ErrorCode.DEADLINE_EXCEEDED, "the cluster is not ready within " + patience.toSeconds() + " s", e);
        } catch (ExecutionException e) {
            throw ServingException.of(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ServingException(ErrorCode.CANCELLED, "interrupted while the cluster started", e);
        }
    }

    private synchronized void start() {
        running = nodes.startAll(config, status -> {
            if (status.ready()) {
                ready.complete(status);
            }
        });
    }

    /// Only an interrupt ends the wait: what runs in this process ends with it.
    @Override
    public int awaitEnd() throws InterruptedException {
        new CountDownLatch(1).await();
        return 0;
    }

    @Override
    public synchronized void close() {
        if (running != null) {
            running.close();
            running = null;
        }
    }
}
