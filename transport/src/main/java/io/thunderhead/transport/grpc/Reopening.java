package io.thunderhead.transport.grpc;

import io.thunderhead.core.error.ErrorCode;
import io.thunderhead.core.error.ServingException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// A line that is opened when it is first needed and again after a loss, with pauses that double; during a pause
/// whoever asks for it fails at once. Thread-safe.
final class Reopening<L extends Reopening.Line> {
    private static final long FIRST_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

    private final Supplier<L> opener;
    private final long pauseNanosMax;
    private @Nullable L current;
    private @Nullable ServingException closed;
    private long pauseNanos;

    Reopening(Supplier<L> opener, Duration pauseMax) {
        this.opener = opener;
        this.pauseNanosMax = pauseMax.toNanos();
    }

    /// Does not wait for the line to open. Throws WORKER_LOST, or what ended the last stream, during a pause.
    synchronized L get() {
        if (closed != null) {
            throw closed;
        }
        @Nullable L last = current;
        if (last != null) {
            @Nullable ServingException end = last.stream().end();
            if (end == null) {
                return last;
            }
            throwDuringPause(last.stream(), end);
        }
        L next = opener.get();
        current = next;
        return next;
    }

    private void throwDuringPause(ClientStream<?, ?> last, ServingException end) {
        long pause = last.opened() ? FIRST_PAUSE_NANOS : Math.clamp(pauseNanos * 2, FIRST_PAUSE_NANOS, pauseNanosMax);
        if (System.nanoTime() - last.endedAtNanos() < pause) {
            throw new ServingException(end.code(), String.valueOf(end.getMessage()), end);
        }
        pauseNanos = pause;
    }

    void close(String owner) {
        @Nullable L last;
        ServingException reason = new ServingException(ErrorCode.SHUTTING_DOWN, owner + " has been closed");
        synchronized (this) {
            if (closed != null) {
                return;
            }
            closed = reason;
            last = current;
        }
        if (last != null) {
            last.stream().close(reason);
        }
    }

    interface Line {
        ClientStream<?, ?> stream();
    }
}
