package io.thunderhead.cli.local;

import io.thunderhead.core.config.Bytes;
import java.io.PrintStream;
import java.util.Map;
import java.util.TreeMap;

/// What a person sees of the children: their log lines, each with the child's name before it, and below them a bar for
/// every child that is loading. Without a terminal a bar is a line a quarter. Thread-safe.
public final class Console {
    /// System property with the level of the nodes' log (logback.xml).
    public static final String LOG_LEVEL = "thunderhead.log.level";
    private static final int BAR_WIDTH = 30;
    /// Every JVM says it once; that the kernels use the Vector API is in the worker's own log.
    private static final String INCUBATOR_WARNING = "WARNING: Using incubator modules:";

    private final PrintStream out;
    private final boolean terminal;
    private final Map<String, ChildStatus> loading = new TreeMap<>();
    private final Map<String, Long> quartersShown = new TreeMap<>();
    private int barsDrawn;

    public Console(PrintStream out, boolean terminal) {
        this.out = out;
        this.terminal = terminal;
    }

    /// On this process's standard output.
    @SuppressWarnings("SystemConsoleNull") // Java 25 returns null where there is no terminal, whatever 22 did
    public static Console ofProcess() {
        return new Console(
                System.out, System.console() != null && System.console().isTerminal());
    }

    public synchronized void line(String name, String text) {
        if (!text.startsWith(INCUBATOR_WARNING)) {
            eraseBars();
            out.println("[" + name + "] " + text);
            drawBars();
            out.flush();
        }
    }

    public synchronized void progress(String name, ChildStatus status) {
        if (!terminal) {
            showQuarter(name, status);
            return;
        }
        eraseBars();
        if (status.ready() || status.totalBytes() == 0) {
            loading.remove(name);
        } else {
            loading.put(name, status);
        }
        drawBars();
        out.flush();
    }

    private void showQuarter(String name, ChildStatus status) {
        long quarter = status.totalBytes() == 0 ? 0 : 4 * status.loadedBytes() / status.totalBytes();
        if (quarter > quartersShown.getOrDefault(name, 0L)) {
            quartersShown.put(name, quarter);
            line(name, "loaded " + 25 * quarter + " % of " + new Bytes(status.totalBytes()));
        }
    }

    private void eraseBars() {
        if (barsDrawn > 0) {
            out.print("\u001b[" + barsDrawn + "A\u001b[J");
            barsDrawn = 0;
        }
    }

    private void drawBars() {
        loading.forEach((name, status) -> out.println(bar(name, status)));
        barsDrawn = loading.size();
    }

    private static String bar(String name, ChildStatus status) {
        int full = Math.toIntExact(Math.clamp(BAR_WIDTH * status.loadedBytes() / status.totalBytes(), 0, BAR_WIDTH));
        return "[" + name + "] [" + "=".repeat(full) + " ".repeat(BAR_WIDTH - full) + "] "
                + new Bytes(status.loadedBytes()) + " of " + new Bytes(status.totalBytes()) + " " + status.detail();
    }
}
