package io.thunderhead.model.layers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.thunderhead.model.checkpoint.Checkpoint;
import io.thunderhead.model.kernels.Kernels;
import io.thunderhead.model.state.SequenceState;
import io.thunderhead.model.state.StepRows;
import io.thunderhead.model.testing.GoldenTensors;
import io.thunderhead.model.testing.Goldens;
import io.thunderhead.model.testing.ReferenceModel;
import io.thunderhead.model.testing.TestKernels;
import io.thunderhead.model.tokenizer.TokenIds;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/// The shipped demo model against transformers' `MiniMaxForCausalLM` in float32 (tools/demo-model/reference.py). Of
/// every prompt there are, after `pN.`: `input_ids` of n tokens, `logprob_next` of n - 1, `logits_last` of the last
/// four rows.
final class DemoGoldenTest {
    private static final String DEMO = "demo";
    private static final int CHUNK_TOKENS = 1024;
    /// The model's pool then has pages for one prompt of sixteen times as many.
    private static final int STEP_TOKENS_MAX = 4096;

    /// Absolute, of log-probabilities and logits. Both sides compute in float32 from the same bf16 weights and differ
    /// in the order of their sums; of the golden models the one closest in depth differs by up to 5.3e-4.
    private static final double TOLERANCE = 3e-3;

    @Test
    void givesTheLogProbabilitiesThatTransformersGives() {
        GoldenTensors expected = Goldens.expected(DEMO);
        List<String> prompts = expected.names().stream()
                .filter(name -> name.endsWith("input_ids"))
                .map(name -> name.substring(0, name.length() - "input_ids".length()))
                .sorted()
                .toList();
        assertThat(prompts).isNotEmpty();
        try (Kernels kernels = TestKernels.VECTOR_THREADS.open();
                Checkpoint checkpoint = Checkpoint.open(Goldens.shipped(DEMO));
                ReferenceModel model = new ReferenceModel(checkpoint.config(), checkpoint, kernels, STEP_TOKENS_MAX)) {
            prompts.forEach(prompt -> check(expected, prompt, model));
        }
    }

    private static void check(GoldenTensors expected, String prompt, ReferenceModel model) {
        int[] ids = expected.ints(prompt + "input_ids");
        float[] logprobs = expected.floats(prompt + "logprob_next");
        float[] lastExpected = expected.floats(prompt + "logits_last");
        int vocab = model.config().vocabSize();
        SequenceState state = model.newSequence();
        float[] last = new float[0];
        for (int start = 0; start < ids.length; start += CHUNK_TOKENS) {
            int end = Math.min(ids.length, start + CHUNK_TOKENS);
            model.run(StepRows.builder()
                    .prefill(state, TokenIds.of(Arrays.copyOfRange(ids, start, end)))
                    .build());
            last = model.logits(0, end - start);
            for (int i = start; i < Math.min(end, ids.length - 1); i++) {
                int row = (i - start) * vocab;
                assertThat(last[row + ids[i + 1]] - logSumExp(last, row, vocab))
                        .as("%slogprob_next[%d]", prompt, i)
                        .isCloseTo(logprobs[i], within(TOLERANCE));
            }
        }
        state.release();
        checkLast(prompt, lastExpected, last);
    }

    /// @param last logits of the last chunk, of which the recorded rows may be more than it has
    private static void checkLast(String prompt, float[] expected, float[] last) {
        int compared = Math.min(expected.length, last.length);
        for (int i = 1; i <= compared; i++) {
            assertThat(last[last.length - i])
                    .as("%slogits_last[-%d]", prompt, i)
                    .isCloseTo(expected[expected.length - i], within((float) TOLERANCE));
        }
    }

    private static double logSumExp(float[] logits, int offset, int count) {
        double sum = 0;
        for (int i = 0; i < count; i++) {
            sum += Math.exp(logits[offset + i]);
        }
        return Math.log(sum);
    }
}
