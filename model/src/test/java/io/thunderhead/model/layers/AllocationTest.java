package io.thunderhead.model.layers;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.thunderhead.core.time.Deadline;
import io.thunderhead.model.checkpoint.DType;
import io.thunderhead.model.config.ModelConfig;
import io.thunderhead.model.kernels.Kernels;
import io.thunderhead.model.state.SequenceState;
import io.thunderhead.model.state.StepRows;
import io.thunderhead.model.testing.ModelConfigs;
import io.thunderhead.model.testing.RandomTensors;
import io.thunderhead.model.testing.ReferenceModel;
import io.thunderhead.model.testing.TestKernels;
import io.thunderhead.model.tokenizer.TokenIds;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class AllocationTest {
    private static final ModelConfig CONFIG = ModelConfigs.odd(2);
    private static final int STEPS = 30;

    /// Until the compiler is done, which on a busy machine takes its time, vectors are objects.
    private static final Duration WARM_UP_MAX = Duration.ofMinutes(1);

    private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    /// Of one layer of one step of a warm process: lambdas and the like. In the 256 rows no row has 20 bytes to itself.
    @ParameterizedTest
    @CsvSource({"VECTOR, 1, 3000", "VECTOR_THREADS, 1, 3000", "VECTOR, 256, 5000", "VECTOR_THREADS, 256, 5000"})
    void stepsAllocateAlmostNothing(TestKernels chosen, int tokens, long layerBytesMax) {
        StepTokens step = new StepTokens(TokenIds.of(
                new SplittableRandom(1).ints(tokens, 0, CONFIG.vocabSize()).toArray()));
        try (Kernels kernels = chosen.open();
                ReferenceModel model = new ReferenceModel(CONFIG, new RandomTensors(1, DType.BF16), kernels, tokens)) {
            Deadline warm = Deadline.after(WARM_UP_MAX);
            long bytes = layerBytes(model, step);
            while (bytes > layerBytesMax && !warm.expired()) {
                bytes = layerBytes(model, step);
            }
            assertThat(bytes).isLessThanOrEqualTo(layerBytesMax);
        }
    }

    /// Bytes that a step allocates a layer, on all threads.
    private long layerBytes(ReferenceModel model, StepTokens step) {
        long before = threads.getTotalThreadAllocatedBytes();
        for (int i = 0; i < STEPS; i++) {
            step.run(model);
        }
        return (threads.getTotalThreadAllocatedBytes() - before) / STEPS / CONFIG.layerCount();
    }

    private record StepTokens(TokenIds tokens) {
        void run(ReferenceModel model) {
            SequenceState state = model.newSequence();
            StepRows.Builder rows = StepRows.builder();
            model.run((tokens.size() == 1 ? rows.decode(state, tokens) : rows.prefill(state, tokens)).build());
            state.release();
        }
    }
}
