package io.thunderhead.metrics;

import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// What recording costs a decode step of the released shape: 80 layers, each a round to two expert workers, and a
/// token for each of 16 sequences. Not part of the suite; docs/PERFORMANCE.md says how to run it.
final class RecordingMeasurement {
    private static final int LAYERS = 80;
    private static final int EXPERTS = 32;
    private static final int SEQUENCES = 16;
    private static final int PHASES = 7;
    private static final int STEPS = 20_000;
    private static final int TURNS = 9;

    private final NodeMetrics metrics = new NodeMetrics("measured");
    private final Histogram[] rounds = IntStream.range(0, LAYERS)
            .mapToObj(layer -> metrics.histogram(Families.EXCHANGE_TIME, Integer.toString(layer)))
            .toArray(Histogram[]::new);
    private final Counter[] rows = IntStream.range(0, LAYERS)
            .mapToObj(layer -> metrics.counter(Families.EXCHANGE_ROWS, Integer.toString(layer)))
            .toArray(Counter[]::new);
    private final Histogram[] phases = IntStream.range(0, PHASES)
            .mapToObj(phase -> metrics.histogram(Families.STEP_PHASE, Integer.toString(phase), "decode"))
            .toArray(Histogram[]::new);
    private final Histogram dispatchRows = metrics.histogram(Families.DISPATCH_ROWS);
    private final Histogram queueTime = metrics.histogram(Families.DISPATCH_QUEUE_TIME);
    private final Histogram computeTime = metrics.histogram(Families.DISPATCH_COMPUTE_TIME);
    private final AtomicLongArray expertRows = new AtomicLongArray(LAYERS * EXPERTS);
    private final Histogram interToken = metrics.histogram(Families.INTER_TOKEN);

    @Test
    void measuresAStep() {
        long[] stage = new long[TURNS];
        long[] experts = new long[TURNS];
        long[] tokens = new long[TURNS];
        for (int turn = 0; turn < TURNS; turn++) {
            stage[turn] = nanosAStep(this::recordStage);
            experts[turn] = nanosAStep(this::recordExperts);
            tokens[turn] = nanosAStep(this::recordTokens);
        }
        System.out.printf(
                "a decode step of %d layers and %d sequences records for: attention worker %.1f us (clock readings"
                        + " included), each of two expert workers %.1f us, coordinator %.1f us; medians of %d turns%n",
                LAYERS, SEQUENCES, micros(stage), micros(experts), micros(tokens), TURNS);
        long before = System.nanoTime();
        int bytes = metrics.text().length;
        System.out.printf("a scrape of %d bytes: %.1f ms%n", bytes, (System.nanoTime() - before) / 1e6);
    }

    private interface Recording {
        void record(int step);
    }

    private static long nanosAStep(Recording recording) {
        long started = System.nanoTime();
        for (int step = 0; step < STEPS; step++) {
            recording.record(step);
        }
        return (System.nanoTime() - started) / STEPS;
    }

    private static double micros(long[] nanos) {
        return Arrays.stream(nanos).sorted().skip(TURNS / 2).findFirst().orElseThrow() / 1e3;
    }

    /// A layer has laps for attention, dispatch, the wait and the residual, and two readings for its round.
    private void recordStage(int step) {
        long lapStarted = System.nanoTime();
        for (int layer = 0; layer < LAYERS; layer++) {
            long now = 0;
            for (int reading = 0; reading < 6; reading++) {
                now = System.nanoTime();
            }
            rounds[layer].recordNanos(now - lapStarted + step % 1000 * 1000L);
            rows[layer].add(SEQUENCES);
            lapStarted = now;
        }
        for (Histogram phase : phases) {
            phase.recordNanos(step * 100L);
        }
    }

    private void recordExperts(int step) {
        for (int layer = 0; layer < LAYERS; layer++) {
            long arrived = System.nanoTime();
            dispatchRows.record(SEQUENCES);
            for (int row = 0; row < SEQUENCES; row++) {
                int at = layer * EXPERTS + (step + row * 7) % EXPERTS;
                expertRows.setOpaque(at, expertRows.getOpaque(at) + 1);
            }
            queueTime.recordNanos(System.nanoTime() - arrived);
            computeTime.recordNanos(step * 100L);
        }
    }

    private void recordTokens(int step) {
        for (int sequence = 0; sequence < SEQUENCES; sequence++) {
            interToken.recordNanos(step * 1000L);
        }
    }
}
