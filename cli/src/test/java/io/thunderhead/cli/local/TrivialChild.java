package io.thunderhead.cli.local;

import java.time.Duration;
import java.util.List;
import java.util.Map;

/// A child program for tests: reports ready, then does what its first argument says.
public final class TrivialChild {
    private TrivialChild() {}

    public static void main(String[] args) throws InterruptedException {
        List<String> behaviour = List.of(args);
        if (behaviour.contains("deaf")) {
            Runtime.getRuntime().addShutdownHook(new Thread(TrivialChild::sleepLong));
        } else {
            Runtime.getRuntime().addShutdownHook(new Thread(() -> System.out.println("stopping")));
        }
        ParentWatch.start(Duration.ofMillis(200));
        System.out.println("hello");
        if (behaviour.contains("fail")) {
            System.exit(3);
        }
        if (behaviour.contains("parent")) {
            supervise();
        }
        if (!behaviour.contains("slow")) {
            ParentWatch.report(new ChildStatus(1, 1, true, Map.of("http", "127.0.0.1:1"), "ready"));
        }
        sleepLong();
    }

    /// A supervisor of its own, to be killed by the test.
    private static void supervise() {
        LocalProcesses processes =
                new LocalProcesses(new Console(System.out, false), Duration.ofSeconds(5), Duration.ofSeconds(5));
        processes.start(LocalProcessesIT.program("grandchild", 0));
        processes.start(LocalProcessesIT.program("deaf-grandchild", 0, "deaf"));
        System.out.println("pids " + processes.pids());
    }

    private static void sleepLong() {
        try {
            Thread.sleep(Duration.ofMinutes(5));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
