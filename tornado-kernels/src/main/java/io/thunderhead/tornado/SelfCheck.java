package io.thunderhead.tornado;

import io.thunderhead.core.error.ErrorCode;
import io.thunderhead.core.error.ServingException;
import io.thunderhead.model.checkpoint.DType;
import io.thunderhead.model.checkpoint.TensorSource;
import io.thunderhead.model.config.LayerKind;
import io.thunderhead.model.config.ModelConfig;
import io.thunderhead.model.config.ResidualFactors;
import io.thunderhead.model.device.ComputeDevice;
import io.thunderhead.model.device.ModelSource;
import io.thunderhead.model.kernels.KernelSelection;
import io.thunderhead.model.kernels.Kernels;
import io.thunderhead.model.layers.StageRoom;
import io.thunderhead.model.state.SequenceState;
import io.thunderhead.model.state.StepRows;
import io.thunderhead.model.testing.QuantizedTensors;
import io.thunderhead.model.testing.RandomTensors;
import io.thunderhead.model.testing.ReferenceModel;
import io.thunderhead.model.tokenizer.TokenIds;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;

/// Runs a small model on a device and on the plain kernels: a prompt of more than a block and a page, then some tokens,
/// through both kinds of layers and every format of weights. TornadoVM raises nothing when a launch fails, so what a
/// device computes is looked at before anything is served from it.
final class SelfCheck {
    private static final int PROMPT = 270;
    /// Tokens that are decoded one after the other in a step: graphs for one row, for a few and for many.
    private static final List<Integer> DECODED = List.of(1, 5, 40, 1);

    private static final int SEED = 11;
    private static final StageRoom ROOM = new StageRoom(2, 4);

    /// Of the largest number in a row. Sums in another order give some 1e-6, a wrong kernel 1e-1 and more.
    private static final double DIFFERENCE_MAX = 1e-3;

    private SelfCheck() {}

    /// @param headDim of its attention: there are kernels for 128 alone
    private static ModelConfig model(int headDim) {
        return new ModelConfig(
                "minimax_text_01",
                64,
                96,
                64,
                List.of(LayerKind.LIGHTNING, LayerKind.SOFTMAX),
                4,
                2,
                headDim,
                headDim / 2,
                1e7,
                4,
                2,
                1e-5f,
                1e-6f,
                256,
                new ResidualFactors(3.5f, 1f),
                new ResidualFactors(3.5f, 1f),
                new ResidualFactors(3.5f, 1f),
                4096,
                false,
                List.of());
    }

    /// Throws CONFIG_INVALID, with how far they are apart, if the device computes something else.
    static void run(ComputeDevice device) {
        run(device, model(32), "float32", new RandomTensors(SEED, DType.F32));
        run(device, model(128), "bf16", new RandomTensors(SEED, DType.BF16));
        run(device, model(128), "int8", new QuantizedTensors(new RandomTensors(SEED, DType.BF16)));
    }

    private static void run(ComputeDevice device, ModelConfig config, String format, TensorSource weights) {
        try (Kernels plain = KernelSelection.choose("plain", 1).kernels();
                ReferenceModel expected =
                        new ReferenceModel(new ModelSource(config, weights, plain, Optional.empty()), PROMPT, ROOM);
                ReferenceModel actual = new ReferenceModel(
                        new ModelSource(config, weights, plain, Optional.of(device)), PROMPT, ROOM)) {
            talk(device, format, expected, actual, true);
            if (actual.joins()) {
                talk(device, format, expected, actual, false);
            }
        }
    }

    /// @param joined whether layers and experts may run in one go
    private static void talk(
            ComputeDevice device, String format, ReferenceModel expected, ReferenceModel actual, boolean joined) {
        SequenceState there = actual.newSequence();
        SequenceState here = expected.newSequence();
        int[] prompt = new SplittableRandom(SEED)
                .ints(PROMPT, 0, actual.config().vocabSize())
                .toArray();
        expected.run(StepRows.builder().prefill(here, TokenIds.of(prompt)).build());
        run(
                actual,
                joined,
                StepRows.builder().prefill(there, TokenIds.of(prompt)).build());
        compare(device, format, "a prompt", PROMPT, expected, actual);
        for (int count : DECODED) {
            TokenIds tokens = TokenIds.of(Arrays.copyOf(prompt, count));
            expected.run(StepRows.builder().decode(here, tokens).build());
            run(actual, joined, StepRows.builder().decode(there, tokens).build());
            compare(device, format, "decoding", count, expected, actual);
        }
    }

    private static void run(ReferenceModel model, boolean joined, StepRows rows) {
        if (joined) {
            model.run(rows);
        } else {
            model.run(rows, layer -> {});
        }
    }

    private static void compare(
            ComputeDevice device,
            String format,
            String what,
            int rows,
            ReferenceModel expected,
            ReferenceModel actual) {
        float[] logits = expected.logits(0, rows);
        float[] found = actual.logits(0, rows);
        double ofRows = difference(
                expected.workspace().hidden(),
                actual.workspace().hidden(),
                rows * expected.config().hiddenSize());
        double difference = Math.max(ofRows, difference(logits, found, logits.length));
        if (!(difference <= DIFFERENCE_MAX)) {
            throw new ServingException(
                    ErrorCode.CONFIG_INVALID,
                    String.format(
                            "%s does not compute what the CPU does: %s with %s weights differs by %.2g of the largest"
                                    + " number, at most %.0e is allowed",
                            device.name(), what, format, difference, DIFFERENCE_MAX));
        }
        compareChoices(device, what, rows, actual, found);
    }

    /// As the same device's logits say: those of the CPU may be close to each other.
    private static void compareChoices(
            ComputeDevice device, String what, int rows, ReferenceModel actual, float[] logits) {
        int[] chosen = actual.greedyTokens(0, rows).orElseGet(() -> new int[0]);
        int vocab = actual.config().vocabSize();
        for (int row = 0; row < chosen.length; row++) {
            int best = 0;
            for (int id = 1; id < vocab; id++) {
                best = logits[row * vocab + id] > logits[row * vocab + best] ? id : best;
            }
            if (chosen[row] != best) {
                throw new ServingException(
                        ErrorCode.CONFIG_INVALID,
                        device.name() + " does not choose what the CPU does: token " + chosen[row] + " instead of "
                                + best + " after " + what);
            }
        }
    }

    /// Not a number if one of them is none.
    private static double difference(float[] expected, float[] actual, int count) {
        double largest = 0;
        double size = 0;
        for (int i = 0; i < count; i++) {
            double difference = Math.abs((double) expected[i] - actual[i]);
            largest = Double.isNaN(difference) ? difference : Math.max(largest, difference);
            size = Math.max(size, Math.abs(expected[i]));
        }
        return largest / size;
    }
}
