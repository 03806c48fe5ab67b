package io.thunderhead.cli.terminal;

import java.io.PrintWriter;
import java.util.function.LongSupplier;

/// One line that says how far it is: in place on a terminal, else one every ten seconds. Thread-safe.
public final class Progress {
    private static final long SILENCE_NANOS = 10_000_000_000L;

    private final PrintWriter out;
    private final boolean terminal;
    private final LongSupplier nanoTime;
    private long shownNanos;
    private boolean open;

    Progress(PrintWriter out, boolean terminal, LongSupplier nanoTime) {
        this.out = out;
        this.terminal = terminal;
        this.nanoTime = nanoTime;
        this.shownNanos = nanoTime.getAsLong() - SILENCE_NANOS;
    }

    /// On this process's terminal, if it has one.
    @SuppressWarnings("SystemConsoleNull") // Java 25 returns null where there is no terminal, whatever 22 did
    public static Progress of(PrintWriter out) {
        boolean terminal = System.console() != null && System.console().isTerminal();
        return new Progress(out, terminal, System::nanoTime);
    }

    public synchronized void show(String text) {
        if (terminal) {
            out.print("\r\u001b[K" + text);
            open = true;
        } else if (nanoTime.getAsLong() - shownNanos >= SILENCE_NANOS) {
            shownNanos = nanoTime.getAsLong();
            out.println(text);
        }
        out.flush();
    }

    /// Leaves the line, so that others can print.
    public synchronized void end() {
        if (open) {
            out.print("\r\u001b[K");
            out.flush();
            open = false;
        }
    }
}
