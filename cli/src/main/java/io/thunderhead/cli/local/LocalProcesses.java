package io.thunderhead.cli.local;

import io.thunderhead.core.error.ErrorCode;
import io.thunderhead.core.error.ServingException;
import io.thunderhead.core.time.Deadline;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/// The node processes of one machine. Starts them, forwards their output to a [Console], knows their last status, and
/// stops them in order. A child that dies is named, never restarted. Thread-safe.
public final class LocalProcesses implements AutoCloseable {
    private final Console console;
    private final Duration firstGrace;
    private final Duration grace;
    private final List<ChildProcess> children = new ArrayList<>();
    private final Map<String, ChildStatus> statuses = new ConcurrentHashMap<>();
    /// Never held while something is printed: whoever reads the output may have stopped reading, and we must stop
    /// still.
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private boolean closing;

    /// @param firstGrace what children of the lowest stop order get to stop (they drain); then they are killed
    /// @param grace what the others get
    public LocalProcesses(Console console, Duration firstGrace, Duration grace) {
        this.console = console;
        this.firstGrace = firstGrace;
        this.grace = grace;
    }

    /// Throws SHUTTING_DOWN after [#close].
    public void start(ChildProgram program) {
        ChildProcess child = startUnlessClosing(program);
        console.line(program.name(), "process " + child.pid() + " started");
        child.whenEnded(() -> ended(child));
    }

    private ChildProcess startUnlessClosing(ChildProgram program) {
        lock.lock();
        try {
            if (closing) {
                throw new ServingException(ErrorCode.SHUTTING_DOWN, program.name() + ": not started, stopping");
            }
            statuses.put(program.name(), ChildStatus.starting());
            ChildProcess child = ChildProcess.start(program, new Forwarding());
            children.add(child);
            return child;
        } finally {
            lock.unlock();
        }
    }

    /// Waits until the child's status satisfies the condition and returns it. Throws WORKER_LOST as soon as any child
    /// has died, DEADLINE_EXCEEDED with what the child last said.
    public ChildStatus await(String name, Predicate<ChildStatus> condition, Deadline deadline) {
        lock.lock();
        try {
            ChildStatus status = living(name);
            long patienceNanos = deadline.remainingNanos();
            while (!condition.test(status)) {
                if (closing) {
                    throw new ServingException(ErrorCode.SHUTTING_DOWN, "stopped while waiting for " + name);
                }
                if (patienceNanos <= 0) {
                    throw new ServingException(
                            ErrorCode.DEADLINE_EXCEEDED, name + " is not ready in time; it says: " + status.detail());
                }
                patienceNanos = changed.awaitNanos(patienceNanos);
                status = living(name);
            }
            return status;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ServingException(ErrorCode.CANCELLED, "interrupted while waiting for " + name, e);
        } finally {
            lock.unlock();
        }
    }

    /// Waits until every child is ready; throws as [#await].
    public void awaitReady(Deadline deadline) {
        for (String name : new TreeMap<>(statuses).keySet()) {
            await(name, ChildStatus::ready, deadline);
        }
    }

    /// Waits, without limit, until this child has ended, and returns its exit code.
    public int awaitEnd(String name) throws InterruptedException {
        return child(name).awaitExitCode();
    }

    /// Process ids of the children that run, by name.
    public Map<String, Long> pids() {
        lock.lock();
        try {
            return children.stream()
                    .filter(ChildProcess::alive)
                    .collect(Collectors.toMap(child -> child.program().name(), ChildProcess::pid));
        } finally {
            lock.unlock();
        }
    }

    /// Stops all: those of a lower stop order first, those of one order together. Returns when none is left.
    @Override
    public void close() {
        lock.lock();
        try {
            closing = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        Map<Integer, List<ChildProcess>> byOrder = new TreeMap<>(children.stream()
                .collect(Collectors.groupingBy(child -> child.program().stopOrder())));
        Duration patience = firstGrace;
        for (List<ChildProcess> together : byOrder.values()) {
            stopTogether(together, patience);
            patience = grace;
        }
    }

    private void stopTogether(List<ChildProcess> together, Duration patience) {
        List<Thread> stops = together.stream()
                .map(child -> Thread.ofPlatform()
                        .name("stop-" + child.program().name())
                        .start(() -> child.stop(patience)))
                .toList();
        for (Thread stop : stops) {
            try {
                stop.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /// The last status; throws if any child is dead.
    private ChildStatus living(String name) {
        firstDead().ifPresent(dead -> {
            throw new ServingException(ErrorCode.WORKER_LOST, described(dead));
        });
        return statuses.getOrDefault(name, ChildStatus.starting());
    }

    private void ended(ChildProcess child) {
        boolean unexpected;
        lock.lock();
        try {
            unexpected = !closing;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        if (unexpected) {
            console.line(child.program().name(), described(child));
        }
    }

    private Optional<ChildProcess> firstDead() {
        return children.stream().filter(child -> !child.alive()).min(Comparator.comparingLong(ChildProcess::pid));
    }

    private static String described(ChildProcess dead) {
        int code = dead.exitCode();
        String how = code > 128 ? "killed by signal " + (code - 128) : "exit code " + code;
        return dead.program().name() + " (process " + dead.pid() + ") has died: " + how;
    }

    private ChildProcess child(String name) {
        lock.lock();
        try {
            return children.stream()
                    .filter(child -> child.program().name().equals(name))
                    .findFirst()
                    .orElseThrow(() -> new IllegalArgumentException("no child " + name));
        } finally {
            lock.unlock();
        }
    }

    private final class Forwarding implements ChildProcess.Events {
        @Override
        public void output(String name, String line) {
            console.line(name, line);
        }

        @Override
        public void status(String name, ChildStatus status) {
            statuses.put(name, status);
            console.progress(name, status);
            lock.lock();
            try {
                changed.signalAll();
            } finally {
                lock.unlock();
            }
        }
    }
}
