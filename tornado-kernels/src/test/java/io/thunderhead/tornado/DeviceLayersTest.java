package io.thunderhead.tornado;

import static io.thunderhead.tornado.DeviceRun.difference;
import static io.thunderhead.tornado.DeviceRun.floats;
import static io.thunderhead.tornado.DeviceRun.random;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.thunderhead.model.checkpoint.DType;
import io.thunderhead.model.config.LayerKind;
import io.thunderhead.model.config.LayerRange;
import io.thunderhead.model.config.ModelConfig;
import io.thunderhead.model.kernels.KernelSelection;
import io.thunderhead.model.kernels.Kernels;
import io.thunderhead.model.layers.StageModel;
import io.thunderhead.model.layers.Workspace;
import io.thunderhead.model.state.SequenceState;
import io.thunderhead.model.state.StateLayout;
import io.thunderhead.model.state.StatePool;
import io.thunderhead.model.state.StepRows;
import io.thunderhead.model.testing.RandomTensors;
import io.thunderhead.model.tokenizer.TokenIds;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The same steps through a stage of the CPU and on the device: a prompt, then a token of it beside another prompt.
final class DeviceLayersTest {
    private static final int PROMPT = 300;
    private static final int SECOND_PROMPT = 5;
    private static final int SLOTS = 3;
    private static final int PAGES = 4;

    private ModelConfig config = Shapes.model(4, 2, 16);
    private final RandomTensors weights = new RandomTensors(11, DType.BF16);
    private final Kernels plain = KernelSelection.choose("plain", 1).kernels();
    private final Arena arena = Arena.ofShared();

    @AfterEach
    void close() {
        plain.close();
        arena.close();
    }

    /// There are kernels of CUDA for heads of 128 alone.
    @ParameterizedTest
    @CsvSource({"LIGHTNING, 16", "SOFTMAX, 16", "LIGHTNING, 128", "SOFTMAX, 128"})
    void runsLayersAsThePlainTwinAndMovesTheirMemory(LayerKind kind, int headDim) {
        config = Shapes.model(4, 2, headDim);
        int layer = config.layerKinds().indexOf(kind);
        LayerRange range = new LayerRange(layer, layer + 1);
        try (StageModel stage = StageModel.load(config, weights, range, plain, (loaded, total) -> {});
                StatePool pool = new StatePool(new StateLayout(config, range), 2, PAGES);
                DeviceLayers first = device(kind, layer);
                DeviceLayers second = device(kind, layer)) {
            SequenceState a = pool.acquire();
            SequenceState b = pool.acquire();
            StepRows prompt = StepRows.builder().prefill(a, tokens(PROMPT)).build();
            assertLikePlain(stage, first, prompt, new DeviceRows().add(0, PROMPT, false, 2, List.of(3, 1)), 1);
            prompt.advance();

            // what the sequence left behind goes to another device, into another slot and other pages
            List<Integer> from = kind == LayerKind.LIGHTNING ? List.of(2) : List.of(3, 1);
            List<Integer> to = kind == LayerKind.LIGHTNING ? List.of(1) : List.of(0, 2);
            for (int i = 0; i < from.size(); i++) {
                float[] piece = new float[pieceSize(a, kind)];
                first.readMemory(from.get(i), piece);
                float[] expected = memory(a, kind, i);
                assertThat(difference(floats(piece), expected)).isLessThan(1e-5);
                second.writeMemory(to.get(i), piece);
            }

            // what an earlier sequence left in the place of b
            second.writeMemory(kind == LayerKind.LIGHTNING ? 0 : 3, random(9, pieceSize(a, kind)));
            StepRows next = StepRows.builder()
                    .decode(a, tokens(1))
                    .prefill(b, tokens(SECOND_PROMPT))
                    .build();
            DeviceRows onDevice =
                    new DeviceRows().add(PROMPT, 1, true, 1, List.of(0, 2)).add(0, SECOND_PROMPT, false, 0, List.of(3));
            assertLikePlain(stage, second, next, onDevice, 2);
        }
    }

    private void assertLikePlain(StageModel stage, DeviceLayers device, StepRows rows, DeviceRows onDevice, long seed) {
        int count = rows.rowCount();
        Workspace workspace = new Workspace(config, count);
        float[] hidden = random(seed, count * config.hiddenSize());
        System.arraycopy(hidden, 0, workspace.hidden(), 0, hidden.length);
        stage.layers().getFirst().attend(rows, workspace);

        float[] expertInput = new float[hidden.length];
        int[] expertIds = new int[count * config.topK()];
        float[] expertWeights = new float[expertIds.length];
        device.attend(0, onDevice, 0, hidden, expertInput, expertIds, expertWeights);

        assertThat(difference(floats(expertInput), workspace.expertInput())).isLessThan(1e-5);
        for (int i = 0; i < expertIds.length; i++) {
            int row = i / config.topK();
            int slot = i % config.topK();
            assertThat(expertIds[i]).isEqualTo(workspace.routing().expertId(row, slot));
            assertThat(expertWeights[i]).isCloseTo(workspace.routing().weight(row, slot), within(1e-4f));
        }
    }

    private static float[] memory(SequenceState state, LayerKind kind, int index) {
        return (kind == LayerKind.LIGHTNING ? state.lightning() : state.page(index)).toArray(ValueLayout.JAVA_FLOAT);
    }

    private static int pieceSize(SequenceState state, LayerKind kind) {
        return memory(state, kind, 0).length;
    }

    private static TokenIds tokens(int count) {
        return TokenIds.of(new int[count]);
    }

    private DeviceLayers device(LayerKind kind, int layer) {
        DeviceWeights loader = new DeviceWeights(config, weights, plain, arena);
        return loader.layers(kind, List.of(layer), kind == LayerKind.LIGHTNING ? SLOTS : PAGES, 8, 512);
    }
}
