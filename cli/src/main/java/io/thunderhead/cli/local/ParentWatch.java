package io.thunderhead.cli.local;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import org.jline.utils.Signals;

/// The child's side of [LocalProcesses]: ends this process when the one that started it is gone. The parent holds the
/// other end of standard input and never writes, so the end of input means that it died, however it died.
public final class ParentWatch {
    static final String SUPERVISED = "thunderhead.supervised";

    private ParentWatch() {}

    /// Whether this process was started by [LocalProcesses].
    public static boolean supervised() {
        return Boolean.getBoolean(SUPERVISED);
    }

    /// Does nothing unless supervised. Ctrl-C is left to the parent, which stops its children in order.
    ///
    /// @param grace for the shutdown hooks; then the process is halted
    public static void start(Duration grace) {
        if (supervised()) {
            Signals.register("INT", () -> {});
            Thread.ofPlatform().daemon().name("parent-watch").start(() -> exitAtEnd(System.in, grace));
        }
    }

    /// Tells the parent how far this process is.
    public static void report(ChildStatus status) {
        if (supervised()) {
            System.out.println(status.format());
        }
    }

    private static void exitAtEnd(InputStream parent, Duration grace) {
        try {
            parent.transferTo(OutputStream.nullOutputStream());
        } catch (IOException e) {
            System.err.println("lost the process that started this one: " + e.getMessage());
        }
        Thread.ofPlatform().daemon().name("halt").start(() -> haltAfter(grace));
        System.exit(143);
    }

    private static void haltAfter(Duration grace) {
        try {
            Thread.sleep(grace);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        Runtime.getRuntime().halt(137);
    }
}
