package io.thunderhead.attention;

import io.thunderhead.core.error.ErrorCode;
import io.thunderhead.core.error.ServingException;
import io.thunderhead.core.time.Deadline;
import io.thunderhead.transport.stage.HiddenHeader;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// Hidden rows that came from the stage before and wait for their step. Bounded: the coordinator never has more steps
/// in flight than there are stages, so a full inbox is a peer's mistake. Buffers are reused.
///
/// Step ids grow over sessions and coordinators, so whatever is older than the step being run is dropped.
///
/// A block of no rows says that the stage before failed at that step and nothing more will come for it.
final class HiddenInbox {

    private final int blocksMax;
    private final int hiddenSize;
    private final int rowsMax;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition arrived = lock.newCondition();
    private final Map<Long, Block> blocks = new HashMap<>();
    private final ArrayDeque<float[]> free = new ArrayDeque<>();
    private long epoch;
    private long doneStepId = -1;
    private @Nullable ServingException closed;

    HiddenInbox(int blocksMax, int rowsMax, int hiddenSize) {
        this.blocksMax = blocksMax;
        this.rowsMax = rowsMax;
        this.hiddenSize = hiddenSize;
    }

    /// Takes up a plan: only blocks of its epoch are kept from now on.
    void begin(long planEpoch) {
        lock.lock();
        try {
            epoch = planEpoch;
            dropUpTo(Long.MAX_VALUE);
        } finally {
            lock.unlock();
        }
    }

    /// Wakes whoever waits, and everyone who will before [#resume].
    void interrupt(ServingException reason) {
        lock.lock();
        try {
            closed = reason;
            arrived.signalAll();
        } finally {
            lock.unlock();
        }
    }

    void resume() {
        lock.lock();
        try {
            closed = null;
        } finally {
            lock.unlock();
        }
    }

    /// Copies the rows. Called on the wire's thread.
    void put(HiddenHeader header, MemorySegment rows) {
        check(header, rows);
        lock.lock();
        try {
            if (header.planEpoch() != epoch || header.stepId() <= doneStepId) {
                return;
            }
            if (blocks.size() >= blocksMax) {
                throw new ServingException(
                        ErrorCode.QUEUE_FULL, "hidden rows: " + blocksMax + " blocks wait already for their steps");
            }
            int values = header.rowCount() * hiddenSize;
            float[] buffer = buffer(values);
            MemorySegment.copy(rows, ValueLayout.JAVA_FLOAT, 0, buffer, 0, values);
            Block replaced = blocks.put(header.stepId(), new Block(buffer, header.rowCount()));
            if (replaced != null) {
                recycle(replaced);
            }
            arrived.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /// A free buffer that is large enough, or a new one: they grow to the steps that really come.
    private float[] buffer(int values) {
        float[] last = free.peek();
        return last != null && last.length >= values ? free.pop() : new float[values];
    }

    private void check(HiddenHeader header, MemorySegment rows) {
        long expectedBytes = (long) header.rowCount() * hiddenSize * Float.BYTES;
        if (header.hiddenSize() != hiddenSize
                || header.rowCount() < 0
                || header.rowCount() > rowsMax
                || rows.byteSize() < expectedBytes) {
            throw new ServingException(
                    ErrorCode.PROTOCOL_VIOLATION,
                    "hidden: expected up to [" + rowsMax + ", " + hiddenSize + "] float32, got [" + header.rowCount()
                            + ", " + header.hiddenSize() + "] in " + rows.byteSize() + " bytes");
        }
    }

    /// Waits for the rows of a step and copies them to `target`; steps are taken in the order of their ids.
    void take(long stepId, int rowCount, float[] target, Deadline deadline) {
        lock.lock();
        try {
            Block block = await(stepId, deadline);
            recycle(block);
            dropUpTo(stepId);
            doneStepId = stepId;
            if (block.rowCount() == 0) {
                throw new ServingException(
                        ErrorCode.WORKER_LOST, "step " + stepId + ": the stage before failed at this step");
            }
            if (block.rowCount() != rowCount) {
                throw new ServingException(
                        ErrorCode.PROTOCOL_VIOLATION,
                        "hidden: expected " + rowCount + " rows of step " + stepId + ", got " + block.rowCount());
            }
            System.arraycopy(block.rows(), 0, target, 0, rowCount * hiddenSize);
        } finally {
            lock.unlock();
        }
    }

    private Block await(long stepId, Deadline deadline) {
        while (true) {
            Block block = blocks.remove(stepId);
            if (block != null) {
                return block;
            }
            if (closed != null) {
                throw closed;
            }
            long remaining = deadline.remainingNanos();
            if (remaining <= 0) {
                throw new ServingException(
                        ErrorCode.DEADLINE_EXCEEDED,
                        "step " + stepId + ": no hidden rows came from the stage before in time");
            }
            try {
                arrived.awaitNanos(Math.min(remaining, TimeUnit.SECONDS.toNanos(1)));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new ServingException(ErrorCode.SHUTTING_DOWN, "the stage is shutting down", e);
            }
        }
    }

    private void dropUpTo(long stepId) {
        blocks.entrySet().removeIf(entry -> {
            boolean old = entry.getKey() <= stepId;
            if (old) {
                recycle(entry.getValue());
            }
            return old;
        });
    }

    private void recycle(Block block) {
        if (free.size() < blocksMax) {
            free.push(block.rows());
        }
    }

    private static final class Block {
        private final float[] rows;
        private final int rowCount;

        Block(float[] rows, int rowCount) {
            this.rows = rows;
            this.rowCount = rowCount;
        }

        float[] rows() {
            return rows;
        }

        int rowCount() {
            return rowCount;
        }
    }
}
