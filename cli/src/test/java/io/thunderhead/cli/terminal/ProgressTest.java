package io.thunderhead.cli.terminal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class ProgressTest {
    private final StringWriter printed = new StringWriter();
    private final AtomicLong nanos = new AtomicLong(5);

    @Test
    void aTerminalHasOneLineThatIsGoneAtTheEnd() {
        Progress progress = progress(true);

        progress.show("one");
        progress.show("two");
        progress.end();
        progress.end();

        assertThat(printed.toString()).isEqualTo("\r\u001b[Kone\r\u001b[Ktwo\r\u001b[K");
    }

    @Test
    void elsewhereALineComesEveryTenSeconds() {
        Progress progress = progress(false);

        progress.show("one");
        progress.show("two");
        nanos.addAndGet(TimeUnit.SECONDS.toNanos(10));
        progress.show("three");
        progress.end();

        assertThat(printed.toString().lines()).containsExactly("one", "three");
    }

    private Progress progress(boolean terminal) {
        return new Progress(new PrintWriter(printed), terminal, nanos::get);
    }
}
