package io.thunderhead.tornado;

import static io.thunderhead.tornado.DeviceRun.difference;
import static io.thunderhead.tornado.DeviceRun.firstOf;
import static io.thunderhead.tornado.DeviceRun.floats;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.thunderhead.model.checkpoint.DType;
import io.thunderhead.model.checkpoint.TensorSource;
import io.thunderhead.model.config.LayerKind;
import io.thunderhead.model.config.ModelConfig;
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
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Steps of many sequences through whole layers of a device, beside the same steps on the CPU.
final class JoinedStageTest {
    private static final int ROW_MAX = 700;
    private static final int STEPS = 4;

    private final ModelConfig config = Shapes.model(
            List.of(LayerKind.SOFTMAX, LayerKind.LIGHTNING, LayerKind.SOFTMAX, LayerKind.LIGHTNING),
            8,
            1,
            CudaShapes.HEAD_DIM);
    private final RandomTensors random = new RandomTensors(6, DType.BF16);
    private boolean wide;
    private final Kernels plain = KernelSelection.choose("plain", 1).kernels();

    @BeforeEach
    void needsCuda() {
        assumeTrue(DeviceRun.target().cuda(), "only CUDA runs whole layers");
    }

    @AfterEach
    void close() {
        plain.close();
    }

    @ParameterizedTest
    @CsvSource({
        "1, true",
        "2, true",
        "8, true",
        "9, true",
        "17, true",
        "40, true",
        "64, true",
        "70, true",
        "1, false",
        "40, false"
    })
    void decodesManySequencesAsTheCpu(int sequences, boolean quantized) {
        TensorSource weights = quantized ? new QuantizedTensors(random) : random;
        ComputeDevice device =
                new TornadoWorkerDevice("test", DeviceRun.target().device(), Long.MAX_VALUE, GraphSizes.FEW);
        StageRoom room = new StageRoom(sequences, 2 * sequences);
        SplittableRandom tokens = new SplittableRandom(sequences);
        try (ReferenceModel here = new ReferenceModel(source(weights, Optional.empty()), ROW_MAX, room);
                ReferenceModel there = new ReferenceModel(source(weights, Optional.of(device)), ROW_MAX, room)) {
            assertThat(there.joins()).isTrue();
            List<SequenceState> ofHere = sequences(here, sequences);
            List<SequenceState> ofThere = sequences(there, sequences);
            for (int step = 0; step < STEPS; step++) {
                StepRows.Builder rows = StepRows.builder();
                StepRows.Builder sameRows = StepRows.builder();
                for (int i = 0; i < sequences; i++) {
                    // prompts that end before, at and behind the first page
                    int count = step > 0 ? 1 : i == 0 ? 270 : 1 + i % 5;
                    TokenIds ids = TokenIds.of(
                            tokens.ints(count, 0, config.vocabSize()).toArray());
                    add(rows, ofHere.get(i), ids, step > 0);
                    add(sameRows, ofThere.get(i), ids, step > 0);
                }
                StepRows built = rows.build();
                here.run(built);
                there.run(sameRows.build());
                int count = built.rowCount() * config.hiddenSize();
                float[] expected = firstOf(here.workspace().hidden(), count);
                assertThat(difference(floats(firstOf(there.workspace().hidden(), count)), expected))
                        .as("step %d", step)
                        .isLessThan(1e-4);
                here.rowsOfExperts()
                        .forEach((layer, counts) -> assertThat(
                                        there.rowsOfExperts().get(layer))
                                .as("experts of layer %d", layer)
                                .isEqualTo(counts));
            }
        }
    }

    /// Prompts long enough for wide tiles, some of them not full, of shapes that those need: 64 inputs and 128 outputs.
    @ParameterizedTest
    @CsvSource({"128, 1", "300, 1", "129, 2", "333, 2", "700, 1"})
    void readsPromptsAsTheCpu(int length, int sequences) {
        wide = true;
        StageRoom room = new StageRoom(sequences, 4 * sequences);
        SplittableRandom tokens = new SplittableRandom(length);
        ComputeDevice device =
                new TornadoWorkerDevice("test", DeviceRun.target().device(), Long.MAX_VALUE, GraphSizes.FEW);
        TensorSource weights = new QuantizedTensors(random);
        try (ReferenceModel here = new ReferenceModel(source(weights, Optional.empty()), ROW_MAX, room);
                ReferenceModel there = new ReferenceModel(source(weights, Optional.of(device)), ROW_MAX, room)) {
            StepRows.Builder rows = StepRows.builder();
            StepRows.Builder sameRows = StepRows.builder();
            for (int i = 0; i < sequences; i++) {
                TokenIds ids =
                        TokenIds.of(tokens.ints(length, 0, config().vocabSize()).toArray());
                rows.prefill(here.newSequence(), ids);
                sameRows.prefill(there.newSequence(), ids);
            }
            here.run(rows.build());
            there.run(sameRows.build());
            int count = length * sequences * config().hiddenSize();
            float[] expected = firstOf(here.workspace().hidden(), count);
            assertThat(difference(floats(firstOf(there.workspace().hidden(), count)), expected))
                    .isLessThan(1e-4);
        }
    }

    private ModelConfig config() {
        return wide ? Shapes.withSizes(config, 192, 256) : config;
    }

    private ModelSource source(TensorSource weights, Optional<ComputeDevice> device) {
        return new ModelSource(config(), weights, plain, device);
    }

    private static List<SequenceState> sequences(ReferenceModel model, int count) {
        return IntStream.range(0, count).mapToObj(i -> model.newSequence()).toList();
    }

    private static void add(StepRows.Builder rows, SequenceState sequence, TokenIds ids, boolean decode) {
        if (decode) {
            rows.decode(sequence, ids);
        } else {
            rows.prefill(sequence, ids);
        }
    }
}
