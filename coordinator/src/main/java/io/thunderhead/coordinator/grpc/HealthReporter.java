package io.thunderhead.coordinator.grpc;

import io.grpc.BindableService;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.protobuf.services.HealthStatusManager;
import io.thunderhead.proto.v1.InferenceGrpc;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/// `grpc.health.v1.Health`, which follows the cluster's readiness by looking twice a second: for the server as a whole
/// ("") and for `thunderhead.v1.Inference`.
final class HealthReporter implements AutoCloseable {
    private static final long PERIOD_MILLIS = 500;

    private final HealthStatusManager health = new HealthStatusManager();
    private final ClusterView cluster;
    private final CountDownLatch closed = new CountDownLatch(1);

    HealthReporter(ClusterView cluster) {
        this.cluster = cluster;
        report();
    }

    BindableService service() {
        return health.getHealthService();
    }

    void start() {
        Thread.ofVirtual().name("grpc-health").start(this::follow);
    }

    /// From now on NOT_SERVING.
    @Override
    public void close() {
        if (closed.getCount() > 0) { // the library logs a stack trace when it is told twice
            closed.countDown();
            health.enterTerminalState();
        }
    }

    private void follow() {
        try {
            while (!closed.await(PERIOD_MILLIS, TimeUnit.MILLISECONDS)) {
                report();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void report() {
        ServingStatus status = cluster.readiness().ready() ? ServingStatus.SERVING : ServingStatus.NOT_SERVING;
        health.setStatus(HealthStatusManager.SERVICE_NAME_ALL_SERVICES, status);
        health.setStatus(InferenceGrpc.SERVICE_NAME, status);
    }
}
