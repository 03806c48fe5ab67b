package io.thunderhead.benchmarks;

import io.thunderhead.metrics.Counter;
import io.thunderhead.metrics.Families;
import io.thunderhead.metrics.Histogram;
import io.thunderhead.metrics.NodeMetrics;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.stream.IntStream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/// What a decode step records, readings of the clock included, on each kind of node; and what a scrape costs.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class RecordingBenchmark {
    private static final int EXPERTS = 32;
    private static final int TOP_K = 2;
    private static final int PHASES = 7;
    /// Laps for attention, dispatch, wait and residual, and the two ends of the round.
    private static final int READINGS_A_LAYER = 6;

    /// 16: models/golden-tiny; 80: the released models.
    @Param({"16", "80"})
    public int layers;

    @Param({"1", "16"})
    public int sequences;

    private final NodeMetrics metrics = new NodeMetrics("benchmark");
    private final Histogram[] rounds = IntStream.range(0, 80)
            .mapToObj(layer -> metrics.histogram(Families.EXCHANGE_TIME, Integer.toString(layer)))
            .toArray(Histogram[]::new);
    private final Counter[] rows = IntStream.range(0, 80)
            .mapToObj(layer -> metrics.counter(Families.EXCHANGE_ROWS, Integer.toString(layer)))
            .toArray(Counter[]::new);
    private final Histogram stepTime = metrics.histogram(Families.STEP_TIME, "decode");
    private final Histogram[] phases = IntStream.range(0, PHASES)
            .mapToObj(phase -> metrics.histogram(Families.STEP_PHASE, Integer.toString(phase), "decode"))
            .toArray(Histogram[]::new);
    private final Histogram dispatchRows = metrics.histogram(Families.DISPATCH_ROWS);
    private final Histogram queueTime = metrics.histogram(Families.DISPATCH_QUEUE_TIME);
    private final Histogram computeTime = metrics.histogram(Families.DISPATCH_COMPUTE_TIME);
    private final AtomicLongArray expertRows = new AtomicLongArray(80 * EXPERTS);
    private final Histogram interToken = metrics.histogram(Families.INTER_TOKEN);
    private int step;

    @Benchmark
    public void attentionWorker() {
        long started = System.nanoTime();
        for (int layer = 0; layer < layers; layer++) {
            long now = 0;
            for (int reading = 0; reading < READINGS_A_LAYER; reading++) {
                now = System.nanoTime();
            }
            rounds[layer].recordNanos(now - started);
            rows[layer].add(sequences);
        }
        for (Histogram phase : phases) {
            phase.recordNanos(System.nanoTime() - started);
        }
        stepTime.recordNanos(System.nanoTime() - started);
    }

    /// One worker that has all experts: every row twice.
    @Benchmark
    public void expertWorker() {
        step++;
        for (int layer = 0; layer < layers; layer++) {
            long arrived = System.nanoTime();
            dispatchRows.record(sequences);
            for (int slot = 0; slot < sequences * TOP_K; slot++) {
                int at = layer * EXPERTS + (step + slot * 7) % EXPERTS;
                expertRows.setOpaque(at, expertRows.getOpaque(at) + 1);
            }
            long started = System.nanoTime();
            queueTime.recordNanos(started - arrived);
            computeTime.recordNanos(System.nanoTime() - started);
        }
    }

    @Benchmark
    public void coordinator() {
        long now = System.nanoTime();
        for (int sequence = 0; sequence < sequences; sequence++) {
            interToken.recordNanos(now - step++);
        }
    }

    @Benchmark
    public int scrape() {
        return metrics.text().length;
    }
}
