package io.thunderhead.model.kernels;

import io.thunderhead.core.error.ErrorCode;
import io.thunderhead.core.error.ServingException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/// What this machine can do at best with the kernels' own means, measured now: the ceilings beside which the speed of a
/// model is reported. Decoding reads weights from memory, so it cannot beat [#readBytesPerSecond]; prefill multiplies
/// and adds, so it cannot beat [#flopsPerSecond]. Clocks and neighbours change: measure in the run that is reported.
///
/// @param threadCount threads that shared the work
/// @param readBytesPerSecond of a buffer far larger than the caches, from front to back, that lies in memory as
///     weights do ([WeightArena])
/// @param flopsPerSecond float32 fused multiply-adds on registers, each counted as two
public record Ceilings(int threadCount, double readBytesPerSecond, double flopsPerSecond) {
    /// Larger than the third-level cache that a virtual machine sees of its host.
    private static final long READ_BYTES = 1L << 28;

    private static final int FMA_STEPS = 10_000_000;

    /// The best of so many rounds counts: a ceiling is what is possible, not what is usual.
    private static final int ROUNDS = 4;

    private static final long READ_TASK_BYTES = 1 << 20;
    private static final int FMA_TASK_STEPS = 10_000;

    /// Takes a fraction of a second and 256 MiB of memory. Throws CONFIG_INVALID where kernels have no vectors.
    public static Ceilings glance(int threadCount) {
        return measure(threadCount, READ_BYTES, FMA_STEPS, ROUNDS);
    }

    /// @param fmaSteps fused multiply-adds of each of the chains, by all threads together
    static Ceilings measure(int threadCount, long readBytes, int fmaSteps, int rounds) {
        String missing = KernelSelection.vectorsMissing();
        if (!missing.isEmpty()) {
            throw new ServingException(ErrorCode.CONFIG_INVALID, "ceilings: " + missing);
        }
        try (Arena arena = new WeightArena(readBytes);
                KernelThreads threads = new KernelThreads(threadCount)) {
            MemorySegment buffer = arena.allocate(readBytes, VectorCeilings.BLOCK_BYTES);
            long first = NativeMemory.address(buffer);
            buffer.fill((byte) 1); // memory that was never written is one page of zeros, many times
            int readTasks = Math.toIntExact(Math.ceilDiv(readBytes, READ_TASK_BYTES));
            double readSeconds = best(rounds, threads, readTasks, (task, scratch) -> {
                long done = task * READ_TASK_BYTES;
                long count = Math.min(READ_TASK_BYTES, readBytes - done);
                scratch.partialSums[0] = VectorCeilings.read(first + done, count);
            });
            int fmaTasks = Math.ceilDiv(fmaSteps, FMA_TASK_STEPS);
            double fmaSeconds = best(rounds, threads, fmaTasks, (task, scratch) -> {
                scratch.partialSums[0] = VectorCeilings.multiplyAdd(FMA_TASK_STEPS);
            });
            double flops = 2.0 * fmaTasks * FMA_TASK_STEPS * VectorCeilings.FLOATS_A_STEP;
            return new Ceilings(threadCount, readBytes / readSeconds, flops / fmaSeconds);
        }
    }

    /// Of two measurements on one machine the higher numbers: what was possible at some time of the run.
    public Ceilings orHigher(Ceilings other) {
        return new Ceilings(
                threadCount,
                Math.max(readBytesPerSecond, other.readBytesPerSecond),
                Math.max(flopsPerSecond, other.flopsPerSecond));
    }

    private static double best(int rounds, KernelThreads threads, int tasks, KernelThreads.Task task) {
        long best = Long.MAX_VALUE;
        for (int round = 0; round < rounds; round++) {
            long start = System.nanoTime();
            threads.run(tasks, task);
            best = Math.min(best, System.nanoTime() - start);
        }
        return best / 1e9;
    }
}
