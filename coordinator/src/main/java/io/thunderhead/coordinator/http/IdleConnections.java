package io.thunderhead.coordinator.http;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

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
            activity.began(request.response());
        }
    }

    private void closeIdle() {
        activities.forEach((connection, activity) -> {
            if (activity.idleNanos() > idleNanos) {
                connection.close();
            }
        });
    }

    private static final class Activity {
        private final Set<HttpServerResponse> open = ConcurrentHashMap.newKeySet();
        private volatile long lastNanos = System.nanoTime();

        void began(HttpServerResponse response) {
            open.add(response);
            response.endHandler(end -> ended(response));
        }

        private void ended(HttpServerResponse response) {
            lastNanos = System.nanoTime();
            open.remove(response);
        }

        /// An HTTP/2 stream that its client resets is closed without having ended.
        long idleNanos() {
            open.stream().filter(HttpServerResponse::closed).forEach(this::ended);
            return open.isEmpty() ? System.nanoTime() - lastNanos : 0;
        }
    }
}
