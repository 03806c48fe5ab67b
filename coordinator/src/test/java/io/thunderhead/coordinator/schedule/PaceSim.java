package io.thunderhead.coordinator.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.thunderhead.coordinator.schedule.TimedRun.Timeline;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// What the scheduler makes of stages that take time: see [TimedRun].
class PaceSim {
    private static final int LONG_PROMPT = 65_536;
    private static final int STREAMS = 4;
    private static final long DECODE_MILLIS =
            TimedRun.STEP.plus(TimedRun.TOKEN.multipliedBy(STREAMS)).toMillis();
    private static final long BLOCK_MILLIS =
            TimedRun.TOKEN.multipliedBy(BatchPolicy.BLOCK_TOKENS).toMillis();
    /// Ticks lost between a stage's end and its next step.
    private static final long SLACK_MILLIS = 3;

    @Test
    void streamsKeepTheirPaceBesideALongPrompt() throws InterruptedException {
        TimedRun run = new TimedRun(SchedulerConfig.DEFAULTS, 1);
        List<Timeline> streams = Stream.generate(() -> run.submit("streams", 16, 100_000))
                .limit(STREAMS)
                .toList();
        run.runFor(Duration.ofSeconds(5));
        long sentMillis = run.nowMillis();
        Timeline prompt = run.submit("reader", LONG_PROMPT, 1);
        run.runUntil(prompt);
        long readMillis = run.nowMillis();
        run.runFor(Duration.ofSeconds(5));

        for (Timeline stream : streams) {
            List<Long> before = stream.gaps(1_000, sentMillis);
            List<Long> during = stream.gaps(sentMillis, readMillis);
            List<Long> after = stream.gaps(readMillis + DECODE_MILLIS + SLACK_MILLIS, run.nowMillis());
            assertThat(median(before)).isCloseTo(DECODE_MILLIS, within(SLACK_MILLIS));
            assertThat(median(during)).isCloseTo(DECODE_MILLIS, within(SLACK_MILLIS));
            assertThat(during.getLast()).isLessThanOrEqualTo(DECODE_MILLIS + BLOCK_MILLIS + SLACK_MILLIS);
            assertThat(after.getLast()).isCloseTo(DECODE_MILLIS, within(SLACK_MILLIS));
        }
        long aloneMillis = LONG_PROMPT * TimedRun.TOKEN.toMillis();
        assertThat(readMillis - sentMillis).isLessThan(aloneMillis * 3 / 2);
    }

    @Test
    void prefillIsAsManyTimesFasterAsThereAreStages() throws InterruptedException {
        double one = prefillMillis(1);

        assertThat(one / prefillMillis(2)).isCloseTo(2, within(0.1));
        assertThat(one / prefillMillis(3)).isCloseTo(3, within(0.2));
    }

    /// Less than three times: each of the three groups in flight reads the weights for itself.
    @Test
    void manyStreamsDecodeFasterOnMoreStages() throws InterruptedException {
        assertThat((double) decoded(3) / decoded(1)).isGreaterThan(1.5);
    }

    @Test
    void clientsReadEquallyFastWhateverTheyAskFor() throws InterruptedException {
        TimedRun run = new TimedRun(SchedulerConfig.DEFAULTS, 1);
        for (int i = 0; i < 10; i++) {
            run.submit("greedy", 32_768, 1);
        }
        Timeline modest = run.submit("modest", 32_768, 1);
        run.runUntil(modest);

        double aloneMillis = 32_768 * TimedRun.TOKEN.toMillis() + 64 * TimedRun.STEP.toMillis();
        assertThat(modest.firstMillis() / aloneMillis).isCloseTo(2, within(0.1));
    }

    @Test
    void shortPromptsAreAnsweredWhileALongOneIsRead() throws InterruptedException {
        TimedRun run = new TimedRun(SchedulerConfig.DEFAULTS, 1);
        run.submit("a", LONG_PROMPT, 1);
        run.runFor(Duration.ofSeconds(5));
        long sentMillis = run.nowMillis();
        Timeline question = run.submit("a", 200, 1);
        run.runUntil(question);

        assertThat(question.firstMillis() - sentMillis).isLessThan(4 * BLOCK_MILLIS + 2 * DECODE_MILLIS);
    }

    private static double prefillMillis(int stages) throws InterruptedException {
        TimedRun run = new TimedRun(SchedulerConfig.DEFAULTS, stages);
        Timeline prompt = run.submit("a", LONG_PROMPT, 1);
        run.runUntil(prompt);
        return prompt.firstMillis();
    }

    /// Tokens of 32 streams in 20 seconds.
    private static int decoded(int stages) throws InterruptedException {
        TimedRun run = new TimedRun(SchedulerConfig.DEFAULTS, stages);
        List<Timeline> streams =
                Stream.generate(() -> run.submit("a", 16, 100_000)).limit(32).toList();
        run.runFor(Duration.ofSeconds(20));
        return streams.stream().mapToInt(Timeline::count).sum();
    }

    private static long median(List<Long> ascending) {
        return ascending.get(ascending.size() / 2);
    }
}
