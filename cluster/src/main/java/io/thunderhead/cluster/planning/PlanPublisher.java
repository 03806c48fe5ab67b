package io.thunderhead.cluster.planning;

import io.thunderhead.cluster.membership.ClusterMembership;
import io.thunderhead.cluster.membership.ClusterMembership.Snapshot;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Steps a [PlanKeeper] with what the cluster looks like, and publishes what it decides. Every coordinator runs one;
/// the keeper does nothing where its node does not lead.
public final class PlanPublisher implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(PlanPublisher.class);
    private static final long STEP_MILLIS = 500;

    private final ClusterMembership membership;
    private final PlanKeeper keeper;
    private final ScheduledExecutorService thread;
    private volatile @Nullable Snapshot newest;
    private volatile String waiting = "";

    public PlanPublisher(ClusterMembership membership, PlanKeeper keeper) {
        this.membership = membership;
        this.keeper = keeper;
        this.thread = Executors.newSingleThreadScheduledExecutor(
                Thread.ofPlatform().name("plan-keeper").daemon().factory());
    }

    @SuppressWarnings("FutureReturnValueIgnored") // step() lets nothing out
    public void start() {
        membership.listen(snapshot -> {
            newest = snapshot;
            if (!thread.isShutdown()) {
                thread.execute(this::step);
            }
        });
        thread.scheduleWithFixedDelay(this::step, STEP_MILLIS, STEP_MILLIS, TimeUnit.MILLISECONDS);
    }

    /// What the plan waits for, for people; empty if it waits for nothing.
    public String waiting() {
        return waiting;
    }

    /// The thread's top: a failed step is logged and the next one tries again.
    private void step() {
        Snapshot snapshot = newest;
        if (snapshot == null) {
            return;
        }
        try {
            perform(keeper.step(snapshot, System.nanoTime()));
        } catch (RuntimeException e) {
            log.error("planning failed", e);
        }
    }

    private void perform(PlanDecision decision) {
        switch (decision) {
            case PlanDecision.Wait(String missing) -> {
                if (!missing.equals(waiting)) {
                    log.info("{}", missing);
                }
                waiting = missing;
            }
            case PlanDecision.Publish(var plan) -> {
                waiting = "";
                log.info("plan {}: {}", plan.epoch(), plan.reason());
                membership.publish(plan);
            }
            case PlanDecision.Keep() -> waiting = "";
        }
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }
}
