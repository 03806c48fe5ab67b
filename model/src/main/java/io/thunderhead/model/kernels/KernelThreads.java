package io.thunderhead.model.kernels;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// A fixed small team of platform threads that shares the tasks of one operation with its caller.
///
/// Tasks are taken one by one, by whoever is free; they must not depend on who runs them or in which order. The newest
/// operation gets the helpers: a caller whose operation is overtaken by another caller's finishes it alone, so callers
/// never wait for each other. Helpers spin briefly between operations, since the next one usually follows within
/// microseconds, then park.
final class KernelThreads implements AutoCloseable {
    private static final int SPINS_MAX = 2_000;

    /// Before a helper offers its processor to others.
    private static final int SPINS_A_TURN = 32;
    private static final long CLOSE_WAIT_MILLIS = 5_000;

    private final List<Helper> helpers = new ArrayList<>();
    private final ThreadLocal<Scratch> scratch = ThreadLocal.withInitial(Scratch::new);
    private volatile @Nullable Operation newest;
    private volatile boolean closed;

    /// One part of an operation, on one thread, with that thread's scratch memory.
    @FunctionalInterface
    interface Task {
        void run(int index, Scratch scratch);
    }

    /// @param threadCount including the caller; 1 starts none
    KernelThreads(int threadCount) {
        for (int i = 1; i < threadCount; i++) {
            helpers.add(new Helper("kernel-" + i));
        }
        helpers.forEach(Thread::start);
    }

    int threadCount() {
        return helpers.size() + 1;
    }

    /// The calling thread's.
    Scratch scratch() {
        return scratch.get();
    }

    List<Thread> helpers() {
        return List.copyOf(helpers);
    }

    /// Runs tasks `[0, taskCount)` and returns when all are done. Throws what a task threw, after the others ended.
    void run(int taskCount, Task task) {
        if (taskCount <= 1 || helpers.isEmpty()) {
            for (int index = 0; index < taskCount; index++) {
                task.run(index, scratch.get());
            }
            return;
        }
        Operation operation = new Operation(taskCount, task);
        newest = operation;
        helpers.forEach(Helper::wake);
        operation.work(scratch.get());
        operation.awaitEnd();
    }

    /// Lets the helpers end; call it when no operation is under way.
    @Override
    public void close() {
        closed = true;
        helpers.forEach(LockSupport::unpark);
        try {
            for (Helper helper : helpers) {
                helper.join(CLOSE_WAIT_MILLIS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /// The tasks of one operation and how far they are.
    private static final class Operation {
        private final int taskCount;
        private final Task task;
        private final AtomicInteger next = new AtomicInteger();
        private final AtomicInteger done = new AtomicInteger();
        private final AtomicReference<Throwable> failure = new AtomicReference<>();
        private volatile @Nullable Thread waiting;

        Operation(int taskCount, Task task) {
            this.taskCount = taskCount;
            this.task = task;
        }

        void work(Scratch scratch) {
            for (int index = next.getAndIncrement(); index < taskCount; index = next.getAndIncrement()) {
                try {
                    task.run(index, scratch);
                } catch (Throwable e) { // the thread's top: handed to the caller, who waits for this task
                    failure.compareAndSet(null, e);
                }
                if (done.incrementAndGet() == taskCount) {
                    LockSupport.unpark(waiting);
                }
            }
        }

        /// Has no deadline: it waits only for tasks that already run, and those compute, never wait.
        void awaitEnd() {
            for (int spins = 0; done.get() < taskCount; spins++) {
                if (spins < SPINS_MAX) {
                    Thread.onSpinWait();
                } else {
                    waiting = Thread.currentThread();
                    if (done.get() < taskCount) {
                        LockSupport.parkNanos(this, TimeUnit.MILLISECONDS.toNanos(1));
                    }
                }
            }
            Throwable thrown = failure.get();
            if (thrown instanceof Error error) {
                throw error;
            }
            if (thrown instanceof RuntimeException exception) {
                throw exception;
            }
        }
    }

    private final class Helper extends Thread {
        private volatile boolean parked;

        Helper(String name) {
            super(name);
            setDaemon(true);
        }

        void wake() {
            if (parked) {
                LockSupport.unpark(this);
            }
        }

        @Override
        public void run() {
            Operation last = null;
            while (!closed) {
                Operation operation = awaitOtherThan(last);
                if (operation != null) {
                    operation.work(scratch.get());
                }
                last = operation;
            }
        }

        private @Nullable Operation awaitOtherThan(@Nullable Operation last) {
            for (int spins = 0; newest == last && spins < SPINS_MAX; spins++) {
                pause(spins);
            }
            parked = true;
            while (newest == last && !closed) {
                LockSupport.park(KernelThreads.this);
            }
            parked = false;
            return newest;
        }

        /// Who may run instead should: with as many threads as processors, a helper that only spins can hold the
        /// processor that the thread it waits for is to run on.
        @SuppressWarnings("ThreadPriorityCheck") // nothing depends on it but speed
        private static void pause(int spins) {
            if (spins % SPINS_A_TURN == SPINS_A_TURN - 1) {
                Thread.yield();
            } else {
                Thread.onSpinWait();
            }
        }
    }
}
