package io.thunderhead.expert;

import io.thunderhead.cluster.membership.ExpertLoad;
import io.thunderhead.core.error.ErrorCode;
import io.thunderhead.core.error.ServingException;
import io.thunderhead.core.time.Deadline;
import io.thunderhead.metrics.Families;
import io.thunderhead.metrics.NodeMetrics;
import io.thunderhead.model.experts.ExpertBank;
import io.thunderhead.model.experts.ExpertId;
import io.thunderhead.model.experts.ExpertStore;
import io.thunderhead.model.experts.ExpertWorkspace;
import io.thunderhead.transport.exchange.CombinedRows;
import io.thunderhead.transport.exchange.ExpertRows;
import io.thunderhead.transport.exchange.ExpertService;
import io.thunderhead.transport.exchange.LocalExperts;
import java.lang.foreign.MemorySegment;
import java.util.Collection;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Computes dispatches one after the other on one thread (the kernels split each over their own threads). Wires hand
/// over through a bounded queue; a dispatch that finds it full, or whose deadline has passed, is answered at once.
public final class ExpertEngine implements ExpertService, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ExpertEngine.class);
    private static final long CLOSE_TIMEOUT_MILLIS = 10_000;

    private final String node;
    private final ExpertBank bank;
    private final ExpertWorkspace workspace;
    private final BlockingQueue<Work> queue;
    private final ExpertMetrics metrics;
    private final Thread thread;
    private volatile boolean closing;

    /// @param bank filled by whoever owns it; emptied only through [#remove]
    /// @param workspace owned by the engine's thread from [#start] on
    public ExpertEngine(
            String node, ExpertBank bank, ExpertWorkspace workspace, int dispatchesMax, NodeMetrics metrics) {
        this.node = node;
        this.bank = bank;
        this.workspace = workspace;
        this.queue = new ArrayBlockingQueue<>(dispatchesMax);
        this.metrics = new ExpertMetrics(metrics, bank);
        metrics.read(Families.DISPATCH_QUEUE, queue::size);
        this.thread = Thread.ofPlatform().name(node + "-experts").unstarted(this::run);
    }

    public void start() {
        thread.start();
    }

    @Override
    public void dispatch(ExpertRows rows, Deadline deadline, Reply reply) {
        if (closing) {
            reply.fail(shuttingDown());
            return;
        }
        Dispatch dispatch = new Dispatch(rows, deadline, reply, System.nanoTime());
        if (!queue.offer(dispatch)) {
            metrics.failed(ErrorCode.QUEUE_FULL);
            reply.fail(new ServingException(
                    ErrorCode.QUEUE_FULL, node + ": " + queue.size() + " dispatches wait already"));
        } else if (closing && queue.remove(dispatch)) { // came behind the engine's last look
            reply.fail(shuttingDown());
        }
    }

    @Override
    public Optional<LocalExperts> local() {
        return Optional.of(new LocalExperts() {
            @Override
            public ExpertStore store() {
                return bank.store();
            }

            @Override
            public void computed(int layerIndex, int rows, int[] rowsOfExpert) {
                metrics.computedElsewhere(layerIndex, rows, rowsOfExpert);
            }
        });
    }

    private ServingException shuttingDown() {
        return new ServingException(ErrorCode.SHUTTING_DOWN, node + " is shutting down");
    }

    /// What each expert computed so far. Any thread.
    ExpertLoad load() {
        return metrics.load();
    }

    /// Frees experts between two dispatches, when none of them can be in use. They are gone when it returns: a later
    /// plan that wants one of them must find it missing.
    void remove(Collection<ExpertId> experts, Deadline deadline) {
        Removal removal = new Removal(experts, new CountDownLatch(1));
        try {
            if (!queue.offer(removal, deadline.remainingNanos(), TimeUnit.NANOSECONDS)
                    || !removal.done().await(deadline.remainingNanos(), TimeUnit.NANOSECONDS)) {
                throw new ServingException(ErrorCode.DEADLINE_EXCEEDED, node + ": the expert engine is stuck");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ServingException(ErrorCode.SHUTTING_DOWN, node + " is shutting down", e);
        }
    }

    private void run() {
        while (!closing) {
            try {
                Work work = queue.poll(1, TimeUnit.SECONDS);
                if (work != null) {
                    perform(work);
                }
            } catch (InterruptedException e) {
                break;
            } catch (RuntimeException | Error e) { // the thread's top: the dispatches behind must still be answered
                LOG.error("node={} expert engine", node, e);
            }
        }
        closing = true;
        for (Work left = queue.poll(); left != null; left = queue.poll()) {
            if (left instanceof Dispatch dispatch) {
                dispatch.reply().fail(shuttingDown());
            }
        }
    }

    private void perform(Work work) {
        switch (work) {
            case Dispatch dispatch -> answer(dispatch);
            case Removal(Collection<ExpertId> experts, CountDownLatch done) -> {
                try {
                    bank.remove(experts);
                } finally {
                    done.countDown();
                }
            }
        }
    }

    /// Whatever goes wrong in a dispatch ends here, as its answer.
    private void answer(Dispatch dispatch) {
        ExpertRows rows = dispatch.rows();
        try {
            if (dispatch.deadline().expired()) {
                throw new ServingException(
                        ErrorCode.DEADLINE_EXCEEDED, node + ": the dispatch's deadline passed in the queue");
            }
            long started = System.nanoTime();
            int answerRows = rows.rowCount() * CombinedRows.rowsPerToken(rows.topK());
            MemorySegment answer = dispatch.reply().allocate(answerRows, rows.hiddenSize());
            bank.run(rows.layerIndex(), rows, workspace, answer);
            metrics.computed(rows); // before the answer is sent: its rows may be freed then
            long computeNanos = System.nanoTime() - started;
            dispatch.reply().send(computeNanos);
            metrics.answered(started - dispatch.arrivedAtNanos(), computeNanos);
        } catch (ServingException e) {
            metrics.failed(e.code());
            dispatch.reply().fail(e);
        } catch (RuntimeException | Error e) {
            LOG.error("node={} layer {} rows {}: dispatch failed", node, rows.layerIndex(), rows.rowCount(), e);
            ServingException error = ServingException.of(e);
            metrics.failed(error.code());
            dispatch.reply().fail(error);
        }
    }

    @Override
    public void close() {
        closing = true;
        thread.interrupt();
        try {
            thread.join(CLOSE_TIMEOUT_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private sealed interface Work {}

    private record Dispatch(ExpertRows rows, Deadline deadline, Reply reply, long arrivedAtNanos) implements Work {}

    private record Removal(Collection<ExpertId> experts, CountDownLatch done) implements Work {}
}
