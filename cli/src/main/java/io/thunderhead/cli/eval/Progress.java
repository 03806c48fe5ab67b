package io.thunderhead.cli.eval;

import java.io.PrintWriter;
import java.util.function.LongSupplier;

/// One line that says how far it is: in place on a terminal, else one every ten seconds.
final class Progress {
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

    void show(String text) {
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
    void end() {
        if (open) {
            out.print("\r\u001b[K");
            out.flush();
            open = false;
        }
    }
}
