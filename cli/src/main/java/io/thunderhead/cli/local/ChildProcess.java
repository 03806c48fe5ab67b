package io.thunderhead.cli.local;

import io.thunderhead.core.error.ErrorCode;
import io.thunderhead.core.error.ServingException;
import java.io.BufferedReader;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/// One running child. Its output is read by a thread of its own until it ends: a platform thread, because a read from a
/// pipe holds the carrier of a virtual one, and silent children would leave none to stop them.
final class ChildProcess {
    private static final Duration AFTER_KILL = Duration.ofSeconds(5);

    private final ChildProgram program;
    private final Process process;

    private final Thread reader;

    private ChildProcess(ChildProgram program, Process process, Events events) {
        this.program = program;
        this.process = process;
        this.reader =
                Thread.ofPlatform().daemon().name("output-" + program.name()).unstarted(() -> read(events));
    }

    /// @param events called from the child's reading thread
    static ChildProcess start(ChildProgram program, Events events) {
        try {
            ProcessBuilder builder = new ProcessBuilder(program.command()).redirectErrorStream(true);
            builder.environment().clear();
            builder.environment().putAll(program.environment());
            Process process = builder.start();
            ChildProcess child = new ChildProcess(program, process, events);
            child.reader.start();
            return child;
        } catch (IOException e) {
            throw new ServingException(
                    ErrorCode.INTERNAL, program.name() + ": cannot start a process: " + e.getMessage(), e);
        }
    }

    ChildProgram program() {
        return program;
    }

    long pid() {
        return process.pid();
    }

    boolean alive() {
        return process.isAlive();
    }

    /// Runs the action in another thread once the process has ended.
    void whenEnded(Runnable action) {
        Thread.ofPlatform().daemon().name("end-" + program.name()).start(() -> {
            process.onExit().join();
            action.run();
        });
    }

    int awaitExitCode() throws InterruptedException {
        return process.waitFor();
    }

    int exitCode() {
        return process.exitValue();
    }

    /// Asks it to stop (SIGTERM); kills it after the grace. Returns when it has ended and its output was read.
    void stop(Duration grace) {
        process.toHandle().destroy(); // Process.destroy would drop what the child says while it stops
        if (!ended(grace)) {
            process.toHandle().destroyForcibly();
            ended(AFTER_KILL);
        }
        try {
            reader.join(AFTER_KILL);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private boolean ended(Duration patience) {
        try {
            return process.waitFor(patience.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private void read(Events events) {
        try (BufferedReader output = process.inputReader()) {
            for (String line = output.readLine(); line != null; line = output.readLine()) {
                String text = line;
                ChildStatus.parse(line)
                        .ifPresentOrElse(
                                status -> events.status(program.name(), status),
                                () -> events.output(program.name(), text));
            }
        } catch (IOException e) {
            events.output(program.name(), "output lost: " + e.getMessage());
        }
    }

    interface Events {
        void output(String name, String line);

        void status(String name, ChildStatus status);
    }
}
