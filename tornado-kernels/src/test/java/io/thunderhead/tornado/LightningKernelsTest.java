package io.thunderhead.tornado;

import static io.thunderhead.tornado.DeviceRun.difference;
import static io.thunderhead.tornado.DeviceRun.floats;
import static io.thunderhead.tornado.DeviceRun.ints;
import static io.thunderhead.tornado.DeviceRun.random;
import static org.assertj.core.api.Assertions.assertThat;

import io.thunderhead.model.config.LayerRange;
import io.thunderhead.model.config.ModelConfig;
import io.thunderhead.model.kernels.KernelSelection;
import io.thunderhead.model.kernels.Kernels;
import io.thunderhead.model.kernels.LightningDecay;
import io.thunderhead.model.state.SequenceState;
import io.thunderhead.model.state.StateLayout;
import io.thunderhead.model.state.StatePool;
import io.thunderhead.model.state.StepRows;
import io.thunderhead.model.tokenizer.TokenIds;
import io.thunderhead.tornado.kernels.LightningKernels;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

final class LightningKernelsTest {
    private static final int BLOCK = 256;
    private static final int SLOTS = 3;

    private final Kernels plain = KernelSelection.choose("plain", 1).kernels();

    @AfterEach
    void close() {
        plain.close();
    }

    /// Sequence `a` begins, sequence `b` goes on from a state.
    @ParameterizedTest
    @CsvSource({"1, 8, 1, 1", "3, 16, 2, 1", "2, 24, 1, 3"})
    void decodesAsThePlainTwin(int heads, int headDim, int tokensOfA, int tokensOfB) {
        try (Sequences sequences = new Sequences(heads, headDim)) {
            float[] before = sequences.fill(sequences.b);
            int rows = tokensOfA + tokensOfB;
            float[] qkv = random(7, rows * heads * 3 * headDim);
            float[] expected = new float[rows * heads * headDim];
            sequences.b.advance(BLOCK);
            StepRows step = StepRows.builder()
                    .decode(sequences.a, tokens(tokensOfA))
                    .decode(sequences.b, tokens(tokensOfB))
                    .build();
            plain.lightning(step, 0, sequences.decay, qkv, expected);

            FloatArray states = sequences.deviceStates(before);
            FloatArray input = floats(qkv);
            FloatArray out = new FloatArray(expected.length);
            IntArray header = ints(rows, 0);
            IntArray segments = ints(0, tokensOfA, 2, 1, tokensOfA, tokensOfB, 1, 0, 0, 0, 0, 0);
            FloatArray slopes = sequences.slopes();
            DeviceRun.run(
                    graph -> {
                        graph.tasks()
                                .task(
                                        "decode",
                                        LightningKernels::decode,
                                        graph.context(),
                                        header,
                                        segments,
                                        input,
                                        states,
                                        slopes,
                                        out,
                                        SLOTS,
                                        heads,
                                        headDim);
                        graph.launch("decode", headDim, 3, heads, 1);
                    },
                    new Object[] {header, segments, input, states, slopes, out},
                    states,
                    out);

            assertThat(difference(out, expected)).isLessThan(1e-5);
            sequences.assertState(states, 2, sequences.a);
            sequences.assertState(states, 1, sequences.b);
            assertThat(states.get(0)).as("slot of nobody").isEqualTo(-5);
        }
    }

    @ParameterizedTest
    @CsvSource({"1, 8, 1, 7", "2, 16, 31, 64", "2, 24, 300, 127", "1, 64, 256, 513"})
    void prefillsAsThePlainTwin(int heads, int headDim, int tokensOfA, int tokensOfB) {
        try (Sequences sequences = new Sequences(heads, headDim)) {
            float[] before = sequences.fill(sequences.b);
            int rows = tokensOfA + tokensOfB;
            float[] qkv = random(8, rows * heads * 3 * headDim);
            float[] expected = new float[rows * heads * headDim];
            sequences.b.advance(BLOCK);
            StepRows step = StepRows.builder()
                    .prefill(sequences.a, tokens(tokensOfA))
                    .prefill(sequences.b, tokens(tokensOfB))
                    .build();
            plain.lightning(step, 0, sequences.decay, qkv, expected);

            FloatArray states = sequences.deviceStates(before);
            int blocksOfA = Math.ceilDiv(tokensOfA, BLOCK);
            int blockMax = blocksOfA + Math.ceilDiv(tokensOfB, BLOCK) + 1;
            IntArray blocks = new IntArray(blockMax * LightningKernels.BLOCK_INTS);
            blocks.init(0);
            addBlocks(blocks, 0, 0, tokensOfA);
            addBlocks(blocks, blocksOfA, tokensOfA, tokensOfB);
            IntArray chains = ints(0, blocksOfA, 2, 1, blocksOfA, blockMax - 1 - blocksOfA, 1, 0);
            FloatArray blockStates = new FloatArray(blockMax * heads * headDim * headDim);
            FloatArray input = floats(qkv);
            FloatArray out = new FloatArray(expected.length);
            FloatArray slopes = sequences.slopes();
            IntArray header = ints(rows, 0);
            DeviceRun.run(
                    graph -> prefill(
                            graph, header, blocks, chains, input, states, slopes, blockStates, out, heads, headDim),
                    new Object[] {header, blocks, chains, input, states, slopes, blockStates, out},
                    states,
                    out);

            assertThat(difference(out, expected)).isLessThan(1e-5);
            sequences.assertState(states, 2, sequences.a);
            sequences.assertState(states, 1, sequences.b);
            assertThat(states.get(0)).as("slot of nobody").isEqualTo(-5);
        }
    }

    private static void prefill(
            KernelGraph graph,
            IntArray header,
            IntArray blocks,
            IntArray chains,
            FloatArray input,
            FloatArray states,
            FloatArray slopes,
            FloatArray blockStates,
            FloatArray out,
            int heads,
            int headDim) {
        int blockMax = blocks.getSize() / LightningKernels.BLOCK_INTS;
        graph.tasks()
                .task(
                        "blockStates",
                        LightningKernels::blockStates,
                        graph.context(),
                        header,
                        blocks,
                        input,
                        slopes,
                        blockStates,
                        heads,
                        headDim)
                .task(
                        "carryStates",
                        LightningKernels::carryStates,
                        graph.context(),
                        header,
                        blocks,
                        chains,
                        states,
                        slopes,
                        blockStates,
                        SLOTS,
                        heads,
                        headDim)
                .task(
                        "blockOutputs",
                        LightningKernels::blockOutputs,
                        graph.context(),
                        header,
                        blocks,
                        input,
                        slopes,
                        blockStates,
                        out,
                        heads,
                        headDim);
        graph.launch("blockStates", headDim, blockMax, heads, headDim / LightningKernels.KEY_TILE);
        graph.launch("carryStates", headDim, 2, heads, headDim);
        graph.launch("blockOutputs", headDim, blockMax, heads, BLOCK / LightningKernels.ROW_TILE);
    }

    private static void addBlocks(IntArray blocks, int firstBlock, int firstRow, int tokens) {
        int at = firstBlock * LightningKernels.BLOCK_INTS;
        for (int row = 0; row < tokens; row += BLOCK) {
            blocks.set(at, firstRow + row);
            blocks.set(at + 1, Math.min(BLOCK, tokens - row));
            at += LightningKernels.BLOCK_INTS;
        }
    }

    private static TokenIds tokens(int count) {
        return TokenIds.of(new int[count]);
    }

    /// Two sequences on the CPU, and the memory of three slots for the device.
    private static final class Sequences implements AutoCloseable {
        private final StatePool pool;
        private final SequenceState a;
        private final SequenceState b;
        private final LightningDecay decay;
        private final int heads;
        private final int stateSize;

        Sequences(int heads, int headDim) {
            ModelConfig config = Shapes.model(heads, 1, headDim);
            this.pool = new StatePool(new StateLayout(config, new LayerRange(0, 1)), 2, 1);
            this.a = pool.acquire();
            this.b = pool.acquire();
            this.decay = new LightningDecay(0, 2, heads, headDim, BLOCK);
            this.heads = heads;
            this.stateSize = heads * headDim * headDim;
        }

        float[] fill(SequenceState sequence) {
            float[] values = random(3, stateSize);
            MemorySegment.copy(values, 0, sequence.lightning(), ValueLayout.JAVA_FLOAT, 0, stateSize);
            return values;
        }

        /// Slot 0 belongs to nobody, slot 1 has the values, slot 2 what somebody left behind.
        FloatArray deviceStates(float[] values) {
            FloatArray states = new FloatArray(SLOTS * stateSize);
            states.init(-5);
            for (int i = 0; i < stateSize; i++) {
                states.set(stateSize + i, values[i]);
            }
            return states;
        }

        FloatArray slopes() {
            FloatArray slopes = new FloatArray(heads);
            for (int head = 0; head < heads; head++) {
                slopes.set(head, (float) decay.slope(head));
            }
            return slopes;
        }

        void assertState(FloatArray states, int slot, SequenceState expected) {
            FloatArray own = new FloatArray(stateSize);
            for (int i = 0; i < stateSize; i++) {
                own.set(i, states.get(slot * stateSize + i));
            }
            float[] values = expected.lightning().toArray(ValueLayout.JAVA_FLOAT);
            assertThat(difference(own, values)).as("state in slot %d", slot).isLessThan(1e-5);
        }

        @Override
        public void close() {
            pool.close();
        }
    }
}
