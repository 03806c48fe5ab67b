package io.thunderhead.coordinator.schedule;

import io.thunderhead.cluster.membership.ClusterMembership;
import io.thunderhead.coordinator.schedule.EngineEvent.ClusterChanged;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/// Hands events over to the engine thread: bounded, in order of posting. Of the cluster's states only the newest is
/// kept; it never waits and comes before the events. Thread-safe; one reader.
final class Mailbox {
    private static final int EVENTS_MAX = 8192;

    private final BlockingQueue<EngineEvent> events = new ArrayBlockingQueue<>(EVENTS_MAX);
    private final AtomicReference<ClusterMembership.@Nullable Snapshot> cluster = new AtomicReference<>();

    /// Waits for room at most that long; returns whether the event was taken. Interrupted = not taken.
    boolean post(EngineEvent event, Duration handOver) {
        try {
            return events.offer(event, handOver.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    void post(ClusterMembership.Snapshot changed) {
        cluster.set(changed);
    }

    /// Everything that has come; waits at most that long for the first event.
    List<EngineEvent> take(Duration idle) throws InterruptedException {
        List<EngineEvent> taken = new ArrayList<>();
        EngineEvent first = events.poll(idle.toNanos(), TimeUnit.NANOSECONDS);
        ClusterMembership.Snapshot changed = cluster.getAndSet(null);
        if (changed != null) {
            taken.add(new ClusterChanged(changed));
        }
        if (first != null) {
            taken.add(first);
        }
        events.drainTo(taken);
        return taken;
    }
}
