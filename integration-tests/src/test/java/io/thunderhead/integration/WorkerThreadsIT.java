package io.thunderhead.integration;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.thunderhead.cli.checkpoint.CheckpointFolder;
import io.thunderhead.cli.synth.SynthCommand;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/// What the threads that compute do besides computing, by the JVM's own books.
class WorkerThreadsIT {
    private static final int HIDDEN = 512;
    private static final int LAYERS = 2;
    private static final long ROW_BYTES = HIDDEN * Float.BYTES;
    private static final int BLOCK = 256;
    private static final int FEW = 8;
    private static final int MANY = 128;
    private static final int SEQUENCES = 8;
    private static final int WARM_UP_ROUNDS = 8;
    private static final int ROUNDS = 6;
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    @TempDir
    private static Path model;

    private static LocalCluster cluster;
    private final Random random = new Random(5);

    @BeforeAll
    static void synthesize() {
        int exitCode = new CommandLine(new SynthCommand(new CheckpointFolder(Path.of(".."))))
                .setErr(new PrintWriter(new StringWriter()))
                .execute(
                        "--layers=" + LAYERS,
                        "--pattern=LS",
                        "--hidden=" + HIDDEN,
                        "--heads=4",
                        "--experts=4",
                        "--head-dim=32",
                        "--intermediate=64",
                        "--vocabulary=4096",
                        "--output=" + model.resolve("wide"));
        assertThat(exitCode).isZero();
        cluster = LocalCluster.inProcess(
                model.resolve("wide"), 1, 2, Map.of("kernels.threads", "2", "node.memory", "2GiB"));
    }

    @AfterAll
    static void close() {
        cluster.close();
    }

    /// Only what is said of a step is made anew: objects of the exchange and of each shared operation, a result a
    /// sampled token. Rows, logits and all that is as wide as the model is kept.
    @Test
    void allocateNothingThatIsAsWideAsTheModel() {
        try (ApiProbe probe = new ApiProbe()) {
            for (int round = 0; round < WARM_UP_ROUNDS; round++) {
                allocated(probe, 3 * BLOCK, SEQUENCES, MANY);
            }
            long shortPrompt = least(probe, BLOCK, 1, FEW);
            long longPrompt = least(probe, 9 * BLOCK, 1, FEW);
            long aPromptToken = (longPrompt - shortPrompt) / (8 * BLOCK);
            long aStep = (least(probe, BLOCK, 1, FEW + MANY) - shortPrompt) / MANY;
            long together = least(probe, BLOCK, SEQUENCES, FEW);
            long aWideStep = (least(probe, BLOCK, SEQUENCES, FEW + MANY) - together) / MANY;

            assertThat(aPromptToken).as("bytes for a prompt token").isBetween(0L, ROW_BYTES / 16);
            assertThat(aStep).as("bytes for a step of one token").isBetween(1L, LAYERS * 4 * ROW_BYTES);
            assertThat((aWideStep - aStep) / (SEQUENCES - 1))
                    .as("bytes for a further token of a step")
                    .isLessThan(ROW_BYTES / 2);
        }
    }

    /// A lock held over a kernel would make whoever wants it wait for milliseconds. Looks at the threads all the while
    /// that a prompt is read.
    @Test
    void holdNoLockWhileTheyCompute() throws Exception {
        try (ApiProbe probe = new ApiProbe();
                ExecutorService other = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<?> request = other.submit(() -> allocated(probe, 4 * BLOCK, SEQUENCES, FEW));
            int computing = 0;
            while (!request.isDone()) {
                for (ThreadInfo thread : THREADS.dumpAllThreads(true, true)) {
                    if (computes(thread) && inKernel(thread)) {
                        computing++;
                        assertThat(thread.getLockedMonitors())
                                .as(thread.toString())
                                .isEmpty();
                        assertThat(thread.getLockedSynchronizers())
                                .as(thread.toString())
                                .isEmpty();
                    }
                }
            }
            request.get();
            assertThat(computing).as("threads seen in a kernel").isPositive();
        }
    }

    private static boolean inKernel(ThreadInfo thread) {
        return Arrays.stream(thread.getStackTrace())
                .anyMatch(frame -> frame.getClassName().equals("io.thunderhead.model.kernels.CpuKernels"));
    }

    /// Of some equal requests: buffers still grow now and then, and vectors are objects until their loops are compiled.
    private long least(ApiProbe probe, int promptTokens, int sequences, int answerTokens) {
        return LongStream.generate(() -> allocated(probe, promptTokens, sequences, answerTokens))
                .limit(ROUNDS)
                .min()
                .orElseThrow();
    }

    /// Bytes that the workers' threads allocate while one request is answered.
    private long allocated(ApiProbe probe, int promptTokens, int sequences, int answerTokens) {
        long before = allocated();
        ApiProbe.Answer answer = probe.post(
                cluster.uri("/v1/completions"),
                Map.of(
                        "model",
                        "golden",
                        "prompt",
                        random.ints(promptTokens, 0, 2000).toArray(),
                        "n",
                        sequences,
                        "max_tokens",
                        answerTokens,
                        "temperature",
                        0,
                        "ignore_eos",
                        true));
        assertThat(answer.status()).isEqualTo(200);
        return allocated() - before;
    }

    private static long allocated() {
        long[] ids = Arrays.stream(THREADS.getThreadInfo(THREADS.getAllThreadIds()))
                .filter(thread -> thread != null && computes(thread))
                .mapToLong(ThreadInfo::getThreadId)
                .toArray();
        assertThat(ids).hasSize(4);
        return Arrays.stream(THREADS.getThreadAllocatedBytes(ids)).sum();
    }

    private static boolean computes(ThreadInfo thread) {
        String name = thread.getThreadName();
        return name.endsWith("-stage") || name.endsWith("-experts") || name.startsWith("kernel-");
    }
}
