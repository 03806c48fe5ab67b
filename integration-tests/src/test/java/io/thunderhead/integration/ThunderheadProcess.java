package io.thunderhead.integration;

import io.thunderhead.cli.Main;
import java.io.BufferedReader;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// The `thunderhead` command as a process of its own, in the repository's root. Closing it leaves nothing behind.
final class ThunderheadProcess implements AutoCloseable {
    private final Process process;
    private final BufferedReader output;
    private final StringBuilder seen = new StringBuilder();

    ThunderheadProcess(String... arguments) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments()); // this JVM's own flags
        command.addAll(List.of(
                "-Dthunderhead.home=" + Path.of("..").toAbsolutePath().normalize(),
                "-cp",
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                Main.class.getName()));
        command.addAll(List.of(arguments));
        process = new ProcessBuilder(command).redirectErrorStream(true).start();
        output = process.inputReader();
    }

    /// Reads on to the first line with this in it. Throws if the output ends before.
    String awaitLine(String part) throws IOException {
        for (String line = output.readLine(); line != null; line = output.readLine()) {
            seen.append(line).append('\n');
            if (line.contains(part)) {
                return line;
            }
        }
        throw new IllegalStateException("the process ended before it said '" + part + "':\n" + seen);
    }

    /// Reads the rest of the output.
    int awaitExit() throws IOException, InterruptedException {
        for (String line = output.readLine(); line != null; line = output.readLine()) {
            seen.append(line).append('\n');
        }
        return process.waitFor();
    }

    /// What it has said so far, as far as it was read.
    String output() {
        return seen.toString();
    }

    /// SIGTERM; waits until the process has ended, and reads what it says meanwhile.
    boolean stop() throws InterruptedException {
        terminate();
        Thread reader = Thread.ofPlatform()
                .daemon()
                .start(() -> output.lines().forEach(line -> seen.append(line).append('\n')));
        return process.waitFor(60, TimeUnit.SECONDS) && reader.join(Duration.ofSeconds(10));
    }

    /// SIGTERM, while the output stays open, which [Process#destroy] would close. Ctrl-C's signal would be lost where
    /// the tests themselves run in the background of a shell, which ignores it for all its children.
    void terminate() {
        process.toHandle().destroy();
    }

    List<ProcessHandle> descendants() {
        return process.descendants().toList();
    }

    @Override
    public void close() {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
    }
}
