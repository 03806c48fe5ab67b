package io.thunderhead.cluster.membership;

import io.thunderhead.cluster.placement.Plan;
import io.thunderhead.core.error.ErrorCode;
import io.thunderhead.core.error.ServingException;
import io.thunderhead.core.id.NodeId;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Membership over a [Board]. One thread does everything that may wait: it puts this node's entries up, reads the board
/// and tells the listeners; it wakes when something changed and once a second, because events of a changing cluster
/// may be lost and its memory with its last coordinator. Several changes may reach a listener as one.
abstract class BoardMembership implements ClusterMembership {
    private static final Logger log = LoggerFactory.getLogger(BoardMembership.class);
    private static final Duration RESYNC = Duration.ofSeconds(1);
    private static final Duration LOAD_PERIOD = Duration.ofSeconds(2);
    private static final Duration CALL_GRACE = Duration.ofSeconds(1);
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(10);

    private final Semaphore wakeUps = new Semaphore(0);
    private final List<Subscription> subscriptions = new CopyOnWriteArrayList<>();
    private final AtomicReference<@Nullable NodeStatus> status = new AtomicReference<>();
    private final AtomicReference<@Nullable Plan> plan = new AtomicReference<>();
    private final Map<NodeId, Boolean> drains = new ConcurrentHashMap<>();
    private volatile @Nullable Supplier<ExpertLoad> load;
    private volatile Map<NodeId, ExpertLoad> loads = Map.of();
    private volatile Snapshot snapshot = new Snapshot(Optional.empty(), List.of(), List.of(), Optional.empty());
    private volatile boolean closed;
    private volatile @Nullable Board board;
    private volatile @Nullable Thread thread;
    private boolean failing;
    private long loadsDueNanos = System.nanoTime();

    /// Opens the shared state when this node starts.
    ///
    /// @param changed to be called, from any thread, when something may have changed
    abstract Board open(NodeInfo self, Runnable changed);

    /// Whether [#close] was called: a start under way gives up.
    final boolean closed() {
        return closed;
    }

    @Override
    public void start(NodeInfo self) {
        if (thread != null || closed) {
            throw new IllegalStateException("membership of " + self.id() + " was started before");
        }
        Board opened = open(self, this::wake);
        board = opened;
        try {
            synchronize(opened, self);
        } catch (RuntimeException e) {
            opened.leave();
            throw e;
        }
        thread = Thread.ofPlatform().name("membership-" + self.id()).daemon().start(() -> run(opened, self));
    }

    @Override
    public void publish(NodeStatus newStatus) {
        status.set(newStatus);
        wake();
    }

    @Override
    public void publish(Plan newPlan) {
        Plan inForce = snapshot.plan().orElse(null);
        if (inForce != null && inForce.epoch() >= newPlan.epoch()) {
            log.warn("plan of epoch {} ignored: epoch {} is in force", newPlan.epoch(), inForce.epoch());
            return;
        }
        plan.accumulateAndGet(
                newPlan, (known, offered) -> known == null || offered.epoch() > known.epoch() ? offered : known);
        wake();
    }

    @Override
    public void drain(NodeId worker, boolean drained) {
        drains.put(worker, drained);
        wake();
    }

    @Override
    public void share(Supplier<ExpertLoad> newLoad) {
        load = newLoad;
    }

    @Override
    public Map<NodeId, ExpertLoad> loads() {
        return loads;
    }

    @Override
    public Snapshot snapshot() {
        return snapshot;
    }

    @Override
    public void listen(Listener listener) {
        subscriptions.add(new Subscription(listener));
        wake();
    }

    /// Leaves between two calls to others if it can, else ends the one under way by leaving: whoever would answer it
    /// may have gone before.
    @Override
    public void close() {
        closed = true;
        wake();
        Thread running = thread;
        boolean ended = running == null || running == Thread.currentThread() || endsWithin(running, CALL_GRACE);
        Board joined = board;
        if (joined != null) {
            joined.leave();
        }
        if (running != null && !ended && !endsWithin(running, CLOSE_TIMEOUT)) {
            throw new ServingException(
                    ErrorCode.DEADLINE_EXCEEDED, "membership did not leave the cluster in " + CLOSE_TIMEOUT);
        }
    }

    private void run(Board board, NodeInfo self) {
        while (!closed) {
            try {
                tell();
                awaitWakeUp();
                synchronize(board, self);
                failing = false;
            } catch (InterruptedException e) {
                closed = true;
                board.leave();
            } catch (RuntimeException e) {
                logOnce(board, self, e);
            }
        }
    }

    private void synchronize(Board board, NodeInfo self) {
        board.post(self);
        NodeStatus newStatus = status.get();
        if (newStatus != null) {
            board.post(newStatus);
        }
        Plan known = plan.get();
        if (known != null) {
            adopt(board.offer(known));
        }
        drains.forEach((worker, drained) -> {
            board.drain(worker, drained);
            drains.remove(worker, drained);
        });
        if (System.nanoTime() - loadsDueNanos >= 0) {
            exchangeLoads(board, self);
            loadsDueNanos = System.nanoTime() + LOAD_PERIOD.toNanos();
        }
        Snapshot read = board.read();
        read.plan().ifPresent(this::adopt);
        snapshot = read;
    }

    private void exchangeLoads(Board board, NodeInfo self) {
        Supplier<ExpertLoad> own = load;
        if (own != null) {
            board.post(own.get());
        }
        if (self.role() == NodeRole.COORDINATOR) {
            loads = board.loads();
        }
    }

    /// What the board says replaces a plan of the same epoch that came second. Remembered so that the plan outlives the
    /// coordinators that held it.
    private void adopt(Plan inForce) {
        plan.accumulateAndGet(
                inForce, (known, adopted) -> known == null || adopted.epoch() >= known.epoch() ? adopted : known);
    }

    private void tell() {
        Snapshot current = snapshot;
        for (Subscription subscription : subscriptions) {
            subscription.tell(current);
        }
    }

    private void awaitWakeUp() throws InterruptedException {
        if (wakeUps.tryAcquire(RESYNC.toNanos(), TimeUnit.NANOSECONDS)) {
            wakeUps.drainPermits();
        }
    }

    private void wake() {
        wakeUps.release();
    }

    /// That the last coordinator has left is ordinary: so every cluster stops.
    private void logOnce(Board board, NodeInfo self, RuntimeException error) {
        if (failing || closed) {
            return;
        }
        failing = true;
        if (board.coordinatorIsHere()) {
            log.warn("{}: no exchange with the cluster now, trying on: {}", self.id(), error.toString());
        } else {
            log.info("{}: no coordinator is here now; waiting for one", self.id());
        }
    }

    /// Interrupted = not.
    private static boolean endsWithin(Thread running, Duration patience) {
        try {
            return running.join(patience);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /// Owner: the membership thread.
    private static final class Subscription {
        private final Listener listener;
        private @Nullable Snapshot told;

        Subscription(Listener listener) {
            this.listener = listener;
        }

        void tell(Snapshot current) {
            if (current.equals(told)) {
                return;
            }
            told = current;
            try {
                listener.changed(current);
            } catch (RuntimeException e) {
                log.error("a membership listener failed", e);
            }
        }
    }
}
