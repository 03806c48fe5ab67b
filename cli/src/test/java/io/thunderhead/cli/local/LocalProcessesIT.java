package io.thunderhead.cli.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.thunderhead.core.config.Bytes;
import io.thunderhead.core.error.ErrorCode;
import io.thunderhead.core.error.ServingException;
import io.thunderhead.core.time.Deadline;
import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class LocalProcessesIT {
    private final ByteArrayOutputStream shown = new ByteArrayOutputStream();
    private final LocalProcesses processes = new LocalProcesses(
            new Console(new PrintStream(shown, true, StandardCharsets.UTF_8), false),
            Duration.ofSeconds(20),
            Duration.ofSeconds(20));

    static ChildProgram program(String name, int stopOrder, String... arguments) {
        return new ChildProgram(
                name,
                TrivialChild.class.getName(),
                List.of(arguments),
                System.getenv(),
                Bytes.mebibytes(64),
                stopOrder);
    }

    @Test
    void startsForwardsAndStopsInOrder() {
        try (processes) {
            processes.start(program("late", 2));
            processes.start(program("first", 0));
            processes.start(program("middle", 1));

            processes.awaitReady(soon());

            assertThat(processes.await("first", ChildStatus::ready, soon()).addresses())
                    .containsEntry("http", "127.0.0.1:1");
        }
        assertThat(processes.pids()).isEmpty();
        assertThat(lines().filter(line -> line.endsWith("stopping")))
                .containsExactly("[first] stopping", "[middle] stopping", "[late] stopping");
        assertThat(lines()).contains("[late] hello", "[first] hello", "[middle] hello");
    }

    @Test
    @Timeout(60)
    void manyChildrenDoNotHoldEachOtherUp() {
        try (processes) {
            for (int i = 0; i < 6; i++) {
                processes.start(program("child-" + i, i % 3));
            }
            processes.awaitReady(soon());
        }
        assertThat(processes.pids()).isEmpty();
        assertThat(lines().filter(line -> line.endsWith("stopping"))).hasSize(6);
    }

    @Test
    void namesAChildThatDiesWhileOthersStart() {
        try (processes) {
            processes.start(program("good", 0, "slow"));
            processes.start(program("bad", 0, "fail"));

            assertThatThrownBy(() -> processes.await("good", ChildStatus::ready, soon()))
                    .isInstanceOfSatisfying(
                            ServingException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.WORKER_LOST))
                    .hasMessageMatching("bad \\(process \\d+\\) has died: exit code 3");
            assertThat(processes.pids()).containsOnlyKeys("good");
        }
    }

    @Test
    void saysWhoWasKilled() throws InterruptedException {
        try (processes) {
            processes.start(program("victim", 0));
            processes.awaitReady(soon());

            kill("victim");

            assertThat(processes.awaitEnd("victim")).isEqualTo(137);
            assertThatThrownBy(() -> processes.await("victim", status -> false, soon()))
                    .hasMessageContaining("killed by signal 9");
        }
    }

    @Test
    void saysWhatAChildWaitsForWhenTimeIsUp() {
        try (processes) {
            processes.start(program("slow", 0, "slow"));

            assertThatThrownBy(() -> processes.awaitReady(Deadline.after(Duration.ofMillis(50))))
                    .isInstanceOfSatisfying(
                            ServingException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.DEADLINE_EXCEEDED))
                    .hasMessage("slow is not ready in time; it says: starting");
        }
    }

    @Test
    void killsAChildThatDoesNotStopInTime() {
        LocalProcesses impatient = new LocalProcesses(
                new Console(new PrintStream(shown, true, StandardCharsets.UTF_8), false),
                Duration.ofMillis(100),
                Duration.ofMillis(100));
        impatient.start(program("deaf", 0, "deaf"));
        impatient.awaitReady(soon());

        impatient.close();

        assertThat(impatient.pids()).isEmpty();
    }

    @Test
    void stopsThoughNobodyReadsItsOutput() throws Exception {
        StallingOutput output = new StallingOutput();
        LocalProcesses unread = new LocalProcesses(
                new Console(new PrintStream(output, true, StandardCharsets.UTF_8), false),
                Duration.ofSeconds(20),
                Duration.ofSeconds(20));
        unread.start(program("victim", 0));
        unread.start(program("other", 0));
        unread.awaitReady(soon());
        output.stall();
        kill(unread, "victim");
        output.awaitWriter();

        Thread closing = Thread.ofPlatform().daemon().start(unread::close);

        assertThat(closing.join(Duration.ofSeconds(30))).isTrue();
        assertThat(unread.pids()).isEmpty();
    }

    @Test
    void leavesNoProcessWhenTheParentIsKilled() throws Exception {
        try (processes) {
            processes.start(program("parent", 0, "parent"));
            processes.awaitReady(soon());
            List<ProcessHandle> grandchildren = grandchildren();
            assertThat(grandchildren).hasSize(2).allMatch(ProcessHandle::isAlive);

            kill("parent");

            for (ProcessHandle grandchild : grandchildren) {
                grandchild.onExit().get(20, TimeUnit.SECONDS);
            }
        }
    }

    private void kill(String name) {
        kill(processes, name);
    }

    private static void kill(LocalProcesses parent, String name) {
        long pid = Objects.requireNonNull(parent.pids().get(name), name);
        assertThat(ProcessHandle.of(pid).orElseThrow().destroyForcibly()).isTrue();
    }

    private List<ProcessHandle> grandchildren() {
        String pids =
                lines().filter(line -> line.contains(" pids ")).findFirst().orElseThrow();
        return Pattern.compile("=(\\d+)")
                .matcher(pids)
                .results()
                .map(pid -> ProcessHandle.of(Long.parseLong(pid.group(1))).orElseThrow())
                .toList();
    }

    private Stream<String> lines() {
        return shown.toString(StandardCharsets.UTF_8).lines();
    }

    private static Deadline soon() {
        return Deadline.after(Duration.ofSeconds(30));
    }

    /// A terminal that was stopped, or a pipe that nobody empties.
    private static final class StallingOutput extends OutputStream {
        private final CountDownLatch writing = new CountDownLatch(1);
        private volatile boolean stalled;

        void stall() {
            stalled = true;
        }

        void awaitWriter() throws InterruptedException {
            assertThat(writing.await(20, TimeUnit.SECONDS)).isTrue();
        }

        @Override
        public void write(int one) {
            if (stalled) {
                writing.countDown();
                LockSupport.park(this);
            }
        }
    }
}
