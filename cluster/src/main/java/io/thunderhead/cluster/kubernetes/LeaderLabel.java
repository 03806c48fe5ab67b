package io.thunderhead.cluster.kubernetes;

import io.thunderhead.cluster.membership.ClusterConfig;
import io.thunderhead.cluster.membership.ClusterMembership;
import io.thunderhead.cluster.membership.ClusterMembership.Snapshot;
import io.thunderhead.core.id.NodeId;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Keeps a label on this coordinator's pod while it leads, so that the service of clients selects the one coordinator
/// that runs steps. Readiness cannot say so: an update of several coordinators would wait forever for one that stands
/// by to become ready.
///
/// One thread talks to the API server and tries again until the label is as it should be; the pod may carry one of an
/// earlier life of its container.
public final class LeaderLabel implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(LeaderLabel.class);
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(6);

    private final NodeId self;
    private final String label;
    private final PodLabels pod;
    private final Duration retry;
    private final Semaphore changes = new Semaphore(0);
    private final Thread thread;
    private volatile boolean leads;
    private volatile boolean closed;
    private @Nullable Boolean applied;
    private boolean failing;

    LeaderLabel(NodeId self, String label, PodLabels pod, Duration retry) {
        this.self = self;
        this.label = label;
        this.pod = pod;
        this.retry = retry;
        this.thread = Thread.ofPlatform().name("leader-label").daemon().unstarted(this::run);
    }

    /// As the configuration says; empty without a label. Throws CONFIG_INVALID if this process is in no pod.
    public static Optional<LeaderLabel> of(NodeId self, ClusterConfig config) {
        String label = config.kubernetesLeaderLabel();
        return label.isEmpty()
                ? Optional.empty()
                : Optional.of(new LeaderLabel(
                        self,
                        label,
                        ApiServerPodLabels.of(ApiServerPodLabels.ACCOUNT, System.getenv()),
                        Duration.ofSeconds(1)));
    }

    public void start(ClusterMembership membership) {
        thread.start();
        membership.listen(this::changed);
    }

    private void changed(Snapshot cluster) {
        leads = cluster.leader().filter(self::equals).isPresent();
        changes.release();
    }

    private void run() {
        try {
            changes.acquire(); // the first view of the cluster, or the end
            while (!closed) {
                boolean wanted = leads;
                if (applied == null || applied != wanted) {
                    apply(wanted);
                }
                await(wanted);
            }
            apply(false);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /// Until leadership or the end comes, or it is time to try again.
    private void await(boolean wanted) throws InterruptedException {
        boolean done = applied != null && applied == wanted;
        if (done) {
            changes.acquire();
        } else if (!changes.tryAcquire(retry.toNanos(), TimeUnit.NANOSECONDS)) {
            return;
        }
        changes.drainPermits();
    }

    /// A failure is logged once until it is over.
    private void apply(boolean present) throws InterruptedException {
        try {
            pod.set(label, present);
            applied = present;
            failing = false;
            log.info("{} {} the label {}", self, present ? "carries" : "does not carry", label);
        } catch (IOException e) {
            applied = null;
            if (!failing) {
                failing = true;
                log.warn("{}: cannot set the label {}, trying on: {}", self, label, e.toString());
            }
        }
    }

    /// Takes the label away, if the API server answers in time.
    @Override
    public void close() {
        closed = true;
        changes.release();
        try {
            if (thread.getState() != Thread.State.NEW && !thread.join(CLOSE_TIMEOUT)) {
                thread.interrupt();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
