package io.thunderhead.coordinator.http;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServerRequest;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/// Closes connections that have been without a request for too long. A connection that waits for an answer is silent
/// too, which is why a plain idle timeout of the socket would not do.
final class IdleConnections {
    private final Map<HttpConnection, Activity> activities = new ConcurrentHashMap<>();
    private final long idleNanos;

    IdleConnections(Vertx vertx, Duration idleTimeout) {
        this.idleNanos = idleTimeout.toNanos();
        vertx.setPeriodic(Math.clamp(idleTimeout.toMillis() / 4, 1, 5000), id -> closeIdle());
    }

    void opened(HttpConnection connection) {
        activities.put(connection, new Activity());
        connection.closeHandler(closed -> activities.remove(connection));
    }

    void began(HttpServerRequest request) {
        Activity activity = activities.get(request.connection());
        if (activity != null) {
            activity.requests.incrementAndGet();
            request.response().endHandler(end -> activity.requestEnded());
        }
    }

    private void closeIdle() {
        long now = System.nanoTime();
        activities.forEach((connection, activity) -> {
            if (activity.requests.get() <= 0 && now - activity.sinceNanos > idleNanos) {
                connection.close();
            }
        });
    }

    private static final class Activity {
        final AtomicInteger requests = new AtomicInteger();
        volatile long sinceNanos = System.nanoTime();

        void requestEnded() {
            sinceNanos = System.nanoTime();
            requests.decrementAndGet();
        }
    }
}
