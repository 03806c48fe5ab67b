package io.thunderhead.coordinator.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Seeded runs of the whole engine against fake stages. A failure names its seed: run it alone with
/// `-Dengine.sim.seed=SEED`; run longer with `-Dengine.sim.runs=` and `-Dengine.sim.seconds=`.
class EngineSim {
    private static final Logger log = LoggerFactory.getLogger(EngineSim.class);
    /// So many runs must have met what the simulation is for.
    private static final int RUNS_TO_JUDGE = 200;
    private static final int RUNS_MAX = Integer.getInteger("engine.sim.runs", 300);
    private static final Duration TIME_MAX = Duration.ofSeconds(Integer.getInteger("engine.sim.seconds", 20));

    @Test
    void everyRequestEndsOnceWithItsOwnTokensWhateverHappens() throws InterruptedException {
        long end = System.nanoTime() + TIME_MAX.toNanos();
        long[] seeds = seeds();
        int runs = 0;
        long preemptions = 0;
        long replays = 0;
        long ended = 0;
        while (runs < seeds.length && System.nanoTime() < end) {
            EngineStats stats = run(seeds[runs++]);
            preemptions += stats.preemptions();
            replays += stats.replays();
            ended += stats.ended();
        }
        log.info("{} runs: {} requests ended, {} replays, {} preemptions", runs, ended, replays, preemptions);
        if (runs >= RUNS_TO_JUDGE) {
            assertThat(ended).isGreaterThan(10L * runs);
            assertThat(replays).isGreaterThan(runs);
            assertThat(preemptions).isGreaterThan(runs / 20);
        }
    }

    private static long[] seeds() {
        Long only = Long.getLong("engine.sim.seed");
        return only != null ? new long[] {only} : LongStream.range(0, RUNS_MAX).toArray();
    }

    private static EngineStats run(long seed) throws InterruptedException {
        try {
            return new SimulatedRun(seed).run();
        } catch (RuntimeException | AssertionError e) {
            throw new AssertionError("seed " + seed + ": " + e.getMessage(), e);
        }
    }
}
