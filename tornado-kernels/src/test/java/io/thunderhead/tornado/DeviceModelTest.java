package io.thunderhead.tornado;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.thunderhead.core.error.ServingException;
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
import io.thunderhead.model.state.StateLayout;
import io.thunderhead.model.state.StepRows;
import io.thunderhead.model.testing.QuantizedTensors;
import io.thunderhead.model.testing.RandomTensors;
import io.thunderhead.model.testing.ReferenceModel;
import io.thunderhead.model.tokenizer.TokenIds;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A whole model on the device, beside the same model on the CPU.
final class DeviceModelTest {
    private static final List<LayerKind> KINDS =
            List.of(LayerKind.LIGHTNING, LayerKind.LIGHTNING, LayerKind.SOFTMAX, LayerKind.LIGHTNING);
    private static final StageRoom ROOM = new StageRoom(3, 9);

    /// More than one run of a graph takes.
    private static final int ROW_MAX = 1100;

    private static final int GENERATED = 6;

    private ModelConfig config = Shapes.model(KINDS, 4, 2, 16);
    private TensorSource weights = new RandomTensors(5, DType.F32);
    private final Kernels plain = KernelSelection.choose("plain", 1).kernels();
    private final ComputeDevice device =
            new TornadoWorkerDevice("test", DeviceRun.target().device(), Long.MAX_VALUE, GraphSizes.FEW);

    @AfterEach
    void close() {
        plain.close();
    }

    @Test
    void generatesTheGreedyTokensOfTheCpu() {
        talkAsTheCpu();
    }

    /// With heads of 128 CUDA runs whole layers, with their experts, in one go.
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void wholeLayersGenerateTheGreedyTokensOfTheCpu(boolean quantized) {
        assumeTrue(DeviceRun.target().cuda(), "only CUDA does");
        RandomTensors random = new RandomTensors(5, DType.BF16);
        config = Shapes.model(KINDS, 4, 2, CudaShapes.HEAD_DIM);
        weights = quantized ? new QuantizedTensors(random) : random;
        try (ReferenceModel model = model(Optional.of(device))) {
            assertThat(model.joins()).isTrue();
        }
        talkAsTheCpu();
    }

    /// Prompts of two sequences in one step, then both decode beside a third one's prompt.
    private void talkAsTheCpu() {
        int[] first = prompt(1, 700);
        int[] second = prompt(2, 390);
        int[] third = prompt(3, 300);
        try (ReferenceModel expected = model(Optional.empty());
                ReferenceModel actual = model(Optional.of(device))) {
            Talk here = new Talk(expected, 3);
            Talk there = new Talk(actual, 3);
            for (Talk talk : List.of(here, there)) {
                talk.step(StepRows.builder()
                        .prefill(talk.of(0), TokenIds.of(first))
                        .prefill(talk.of(1), TokenIds.of(second)));
            }
            int last = first.length + second.length - 1;
            int[] tokens = {here.greedy(first.length - 1), here.greedy(last)};
            assertThat(new int[] {there.greedy(first.length - 1), there.greedy(last)})
                    .isEqualTo(tokens);
            for (int i = 0; i < GENERATED; i++) {
                for (Talk talk : List.of(here, there)) {
                    StepRows.Builder rows = StepRows.builder();
                    rows.decode(talk.of(0), TokenIds.of(tokens[0])).decode(talk.of(1), TokenIds.of(tokens[1]));
                    if (i == 1) {
                        rows.prefill(talk.of(2), TokenIds.of(third));
                    }
                    talk.step(rows);
                }
                tokens = new int[] {here.greedy(0), here.greedy(1)};
                assertThat(new int[] {there.greedy(0), there.greedy(1)})
                        .as("tokens %d", i)
                        .isEqualTo(tokens);
            }
        }
    }

    @Test
    void memoryOfASequenceMovesBetweenDeviceAndCpu() {
        int[] prompt = prompt(4, 330);
        try (ReferenceModel host = model(Optional.empty());
                ReferenceModel gpu = model(Optional.of(device))) {
            Talk here = new Talk(host, 2);
            Talk there = new Talk(gpu, 2);
            for (Talk talk : List.of(here, there)) {
                talk.step(StepRows.builder().prefill(talk.of(0), TokenIds.of(prompt)));
            }
            int token = here.greedy(prompt.length - 1);
            move(host.layout(), there.of(0), here.of(1));
            move(host.layout(), here.of(0), there.of(1));
            for (int i = 0; i < GENERATED; i++) {
                for (Talk talk : List.of(here, there)) {
                    talk.step(StepRows.builder()
                            .decode(talk.of(0), TokenIds.of(token))
                            .decode(talk.of(1), TokenIds.of(token)));
                }
                token = here.greedy(0);
                assertThat(List.of(here.greedy(1), there.greedy(0), there.greedy(1)))
                        .as("token %d", i)
                        .containsOnly(token);
            }
        }
    }

    @Test
    void holdsModelsOfOneKindOfLayers() {
        for (LayerKind kind : LayerKind.values()) {
            ModelConfig uniform = Shapes.model(List.of(kind), 4, 2, 16);
            ModelSource source = new ModelSource(uniform, weights, plain, Optional.of(device));
            try (ReferenceModel model = new ReferenceModel(source, 8, ROOM)) {
                Talk talk = new Talk(model, 1);
                talk.step(StepRows.builder().prefill(talk.of(0), TokenIds.of(1, 2, 3)));
                assertThat(model.logits(0, 3)).doesNotContain(Float.NaN);
            }
        }
    }

    @Test
    void refusesWhatDoesNotFitAndLeavesNothing() {
        device.limitTo(100_000);
        assertThatThrownBy(() -> model(Optional.of(device)))
                .isInstanceOf(ServingException.class)
                .hasMessageContaining("are free");
        assertThat(device.usedBytes()).isZero();
    }

    private ReferenceModel model(Optional<ComputeDevice> computing) {
        return new ReferenceModel(new ModelSource(config, weights, plain, computing), ROW_MAX, ROOM);
    }

    private int[] prompt(long seed, int length) {
        return new SplittableRandom(seed).ints(length, 0, config.vocabSize()).toArray();
    }

    private static void move(StateLayout layout, SequenceState from, SequenceState to) {
        to.reserve(from.length());
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment lightning = arena.allocate(layout.lightningBytes());
            from.readLightning(lightning);
            to.writeLightning(lightning);
            MemorySegment page = arena.allocate(layout.pageBytes());
            for (int index = 0; index < from.pageCount(); index++) {
                from.readPage(index, page);
                to.writePage(index, page);
            }
        }
        to.advance(from.length());
    }

    /// Some sequences of a model.
    private static final class Talk {
        private final ReferenceModel model;
        private final List<SequenceState> sequences;

        Talk(ReferenceModel model, int count) {
            this.model = model;
            this.sequences =
                    IntStream.range(0, count).mapToObj(i -> model.newSequence()).toList();
        }

        SequenceState of(int index) {
            return sequences.get(index);
        }

        void step(StepRows.Builder rows) {
            model.run(rows.build());
        }

        int greedy(int row) {
            float[] logits = model.logits(row, 1);
            return IntStream.range(0, logits.length).reduce(0, (best, id) -> logits[id] > logits[best] ? id : best);
        }
    }
}
