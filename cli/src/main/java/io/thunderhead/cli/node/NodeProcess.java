package io.thunderhead.cli.node;

import java.util.concurrent.CountDownLatch;

/// Keeps this process alive until it is told to stop (SIGINT, SIGTERM), then closes what it runs.
final class NodeProcess {
    private NodeProcess() {}

    /// Returns only if interrupted.
    static void runUntilStopped(AutoCloseable running) {
        Runtime.getRuntime().addShutdownHook(new Thread(() -> close(running), "shutdown"));
        try {
            new CountDownLatch(1).await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void close(AutoCloseable running) {
        try {
            running.close();
        } catch (Exception e) {
            System.err.println("while stopping: " + e);
        }
    }
}
