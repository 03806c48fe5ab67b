package io.thunderhead.cluster.membership;

import io.thunderhead.cluster.placement.Plan;
import io.thunderhead.core.error.ServingException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Makes a worker hold what the newest plan gives it, one plan at a time on a thread of its own, and tells the cluster
/// how far it is. Plans that come while one is being loaded replace each other: only the newest is loaded next.
public final class PlanFollower implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(PlanFollower.class);
    private static final long PROGRESS_EVERY_NANOS = TimeUnit.MILLISECONDS.toNanos(200);
    private static final long CLOSE_TIMEOUT_SECONDS = 10;

    /// The worker's side.
    public interface Holder {
        /// Loads and connects what `plan` assigns to this node; returns when everything is usable. Runs on the
        /// follower's thread. A failure is published as the node's detail and tried again with the next plan.
        void hold(Plan plan, ClusterMembership.Snapshot snapshot, Progress progress);
    }

    public interface Progress {
        void loaded(long loadedBytes, long totalBytes);
    }

    private final NodeInfo self;
    private final ClusterMembership membership;
    private final Holder holder;
    private final ExecutorService thread;
    private final AtomicReference<ClusterMembership.@Nullable Snapshot> newest = new AtomicReference<>();
    private long heldEpoch;
    private String lastWait = "";

    public PlanFollower(NodeInfo self, ClusterMembership membership, Holder holder) {
        this.self = self;
        this.membership = membership;
        this.holder = holder;
        this.thread = Executors.newSingleThreadExecutor(
                Thread.ofPlatform().name(self.id() + "-plan").daemon().factory());
    }

    public void start() {
        membership.publish(status(0, 0, 0, false, "waiting for a plan"));
        membership.listen(this::changed);
    }

    private void changed(ClusterMembership.Snapshot snapshot) {
        if (newest.getAndSet(snapshot) != null) {
            return;
        }
        try {
            thread.execute(this::follow);
        } catch (RejectedExecutionException e) {
            LOG.debug("node={} is closed: no plan is followed any more", self.id());
        }
    }

    private void follow() {
        ClusterMembership.Snapshot snapshot = newest.getAndSet(null);
        if (snapshot == null) {
            return;
        }
        if (snapshot.plan().isEmpty()) {
            sayWait("waiting for a plan: " + presentNodes(snapshot));
            return;
        }
        Plan plan = snapshot.plan().get();
        if (plan.epoch() <= heldEpoch) {
            return;
        }
        hold(plan, snapshot);
    }

    private void hold(Plan plan, ClusterMembership.Snapshot snapshot) {
        LOG.info("node={} takes plan {}: {}", self.id(), plan.epoch(), plan.reason());
        heldEpoch = plan.epoch();
        long started = System.nanoTime();
        ThrottledProgress progress = new ThrottledProgress(plan.epoch());
        try {
            holder.hold(plan, snapshot, progress);
            progress.finished();
            LOG.info(
                    "node={} ready for plan {} after {} ms",
                    self.id(),
                    plan.epoch(),
                    TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - started));
        } catch (RuntimeException | Error e) { // the thread's top; no memory for the weights is an Error
            if (thread.isShutdown()) {
                LOG.info("node={} stopped while it took plan {}", self.id(), plan.epoch());
                return;
            }
            ServingException error = ServingException.of(e);
            LOG.error("node={} cannot hold plan {}: {}", self.id(), plan.epoch(), error.getMessage(), e);
            membership.publish(status(plan.epoch(), 0, 0, false, error.code() + ": " + error.getMessage()));
        }
    }

    private void sayWait(String wait) {
        if (!wait.equals(lastWait)) {
            lastWait = wait;
            LOG.info("node={} {}", self.id(), wait);
        }
    }

    private static String presentNodes(ClusterMembership.Snapshot snapshot) {
        return snapshot.nodes(NodeRole.COORDINATOR).size() + " coordinators, "
                + snapshot.nodes(NodeRole.ATTENTION_WORKER).size() + " attention workers and "
                + snapshot.nodes(NodeRole.EXPERT_WORKER).size() + " expert workers are here";
    }

    private NodeStatus status(long epoch, long loaded, long total, boolean ready, String detail) {
        return new NodeStatus(self.id(), self.incarnation(), epoch, loaded, total, ready, false, detail);
    }

    @Override
    public void close() {
        thread.shutdownNow();
        try {
            if (!thread.awaitTermination(CLOSE_TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
                LOG.warn("node={} is still loading; leaving it behind", self.id());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /// Publishes at most five times a second: a status goes through the cluster's map.
    private final class ThrottledProgress implements Progress {
        private final long epoch;
        private long publishedAtNanos;
        private long totalBytes;

        ThrottledProgress(long epoch) {
            this.epoch = epoch;
            this.publishedAtNanos = System.nanoTime() - PROGRESS_EVERY_NANOS;
        }

        @Override
        public synchronized void loaded(long loadedBytes, long totalBytes) {
            this.totalBytes = totalBytes;
            long now = System.nanoTime();
            if (now - publishedAtNanos >= PROGRESS_EVERY_NANOS) {
                publishedAtNanos = now;
                membership.publish(status(epoch, loadedBytes, totalBytes, false, "loading"));
            }
        }

        synchronized void finished() {
            membership.publish(status(epoch, totalBytes, totalBytes, true, "ready"));
        }
    }
}
