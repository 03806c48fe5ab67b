package io.thunderhead.tornado;

import io.thunderhead.model.config.ModelConfig;
import io.thunderhead.model.kernels.WeightFormat;
import io.thunderhead.tornado.DeviceExpertStore.LayerExperts;
import io.thunderhead.tornado.cuda.CudaCall;
import io.thunderhead.tornado.cuda.CudaProgram;
import java.util.List;

/// Any step through whole layers: the kernels of the graphs, one after the other; where many rows meet int8 weights on
/// a Hopper, products by its own tensor cores (prompt.cu), with rows in two parts as well.
final class RowLayers {
    private final JoinedRun run;
    private final ModelConfig config;
    private final CudaProgram program;
    private final JoinedBuffers buffers;
    private final boolean hopper;

    /// Of a wide tile.
    static final int TILE_ROWS = 128;

    /// From so many on a product is worth splitting its rows first.
    static final int WIDE_ROWS = 128;

    /// Groups of a wide product, of which a multiprocessor has one.
    private static final int WIDE_GROUPS = 132;

    RowLayers(JoinedRun run) {
        this.run = run;
        this.config = run.config();
        this.program = run.program();
        this.buffers = run.buffers();
        this.hopper = program.has("promptParts");
    }

    /// Whether these experts can have wide tiles.
    boolean wide(List<LayerExperts> experts) {
        return experts.stream()
                .map(LayerExperts::located)
                .allMatch(of -> wide(of.gate())
                        && wide(of.up())
                        && wide(of.down())
                        && of.gate().outSize() % TILE_ROWS == 0);
    }

    private boolean wide(JoinedStep step, CudaLayer.Matrix matrix) {
        return step.rows() >= WIDE_ROWS && wide(matrix);
    }

    private boolean wide(CudaLayer.Matrix matrix) {
        return hopper
                && matrix.format() == WeightFormat.INT8
                && matrix.inSize() % 64 == 0
                && matrix.outSize() % 32 == 0;
    }

    /// From `hidden` to `hidden`.
    void run(JoinedStep step, List<CudaLayer> layers, List<LayerExperts> experts) {
        for (int number = 0; number < layers.size(); number++) {
            CudaLayer layer = layers.get(number);
            program.launch(
                    ofRows(step, "normRows", 512),
                    step.step(),
                    buffers.hidden(),
                    layer.inputNorm(),
                    buffers.normed(),
                    config.hiddenSize(),
                    config.rmsNormEps());
            switch (layer.attention()) {
                case CudaLayer.Lightning lightning -> lightning(step, lightning);
                case CudaLayer.Softmax softmax -> softmax(step, softmax);
            }
            program.launch(
                    ofRows(step, "residualNormRows", 512),
                    step.step(),
                    buffers.normed(),
                    buffers.branch(),
                    layer.postNorm(),
                    buffers.expertInput(),
                    config.hiddenSize(),
                    layer.factors().alpha(),
                    layer.factors().beta(),
                    config.rmsNormEps());
            choose(step, layer, number);
            feedForward(step, experts.get(number).located());
            run.combineExperts(step);
        }
    }

    private static CudaCall.Launch ofRows(JoinedStep step, String kernel, int threads) {
        return new CudaCall.Launch(kernel, step.rows(), 1, threads);
    }

    private void lightning(JoinedStep step, CudaLayer.Lightning layer) {
        split(step, buffers.normed(), layer.qkv());
        product(step, buffers.normed(), layer.qkv(), buffers.projected());
        if (step.decodeCount() > 0) {
            run.decodeLightning(step, layer, false);
        }
        if (step.promptCount() > 0) {
            program.launch(
                    CudaShapes.lightningPrompt(config.headCount()),
                    step.step(),
                    step.prompts(),
                    buffers.projected(),
                    layer.states(),
                    layer.slopes(),
                    buffers.attended(),
                    layer.slots(),
                    config.headCount(),
                    step.promptCount(),
                    1);
        }
        product(step, buffers.normed(), layer.gate(), buffers.gates());
        program.launch(
                ofRows(step, "gatedNormRows", 512),
                step.step(),
                buffers.attended(),
                layer.norm(),
                buffers.gates(),
                config.attentionSize(),
                config.lightningNormEps());
        split(step, buffers.attended(), layer.out());
        product(step, buffers.attended(), layer.out(), buffers.branch());
    }

    private void softmax(JoinedStep step, CudaLayer.Softmax layer) {
        split(step, buffers.normed(), layer.query());
        product(step, buffers.normed(), layer.query(), run.query());
        product(step, buffers.normed(), layer.key(), run.key());
        product(step, buffers.normed(), layer.value(), run.value());
        run.attend(step, layer);
        split(step, buffers.attended(), layer.out());
        product(step, buffers.attended(), layer.out(), buffers.branch());
    }

    /// The input of a product that takes its rows in parts: of all matrices like this one, in shape and format.
    private void split(JoinedStep step, long x, CudaLayer.Matrix matrix) {
        if (wide(step, matrix)) {
            splitInParts(step, x, matrix.inSize());
        }
    }

    private void product(JoinedStep step, long x, CudaLayer.Matrix matrix, long y) {
        if (wide(step, matrix)) {
            int tiles = Math.ceilDiv(step.rows(), TILE_ROWS);
            boolean full = tiles * Math.ceilDiv(matrix.outSize(), 256) >= WIDE_GROUPS;
            int tileMax = full ? tiles : Math.ceilDiv(step.rows(), TILE_ROWS / 2);
            multiplyInParts(full ? step.fullTiles() : step.halfTiles(), tileMax, buffers.parts(), matrix, y);
            return;
        }
        multiply(step.dense(), step.denseTiles(), step.denseRows(), x, matrix, y);
    }

    private void splitInParts(JoinedStep step, long x, int width) {
        program.launch(ofRows(step, "splitInParts", 256), x, buffers.parts(), width);
    }

    /// @param x rows in parts
    private void multiplyInParts(long tiles, int tileMax, long x, CudaLayer.Matrix matrix, long y) {
        program.launch(
                StepShapes.promptParts(tileMax, matrix.outSize()),
                tiles,
                0L,
                x,
                matrix.data(),
                matrix.scales(),
                y,
                matrix.inSize(),
                matrix.outSize());
    }

    private void multiply(long tiles, int tileMax, int rowsOfTile, long x, CudaLayer.Matrix matrix, long y) {
        boolean ofOne = rowsOfTile == 1 && matrix.format() == WeightFormat.INT8;
        CudaCall.Launch launch = ofOne
                ? CudaShapes.product(true, tileMax, matrix.outSize())
                : CudaShapes.panels(matrix.format(), rowsOfTile, tileMax, matrix.outSize());
        if (matrix.format() == WeightFormat.INT8) {
            program.launch(launch, tiles, x, matrix.data(), matrix.scales(), y, matrix.inSize(), matrix.outSize());
        } else {
            program.launch(launch, tiles, x, matrix.data(), y, matrix.inSize(), matrix.outSize());
        }
    }

    /// Rows to their experts, each next to the others of its expert.
    private void choose(JoinedStep step, CudaLayer layer, int number) {
        long choices = run.choices(step, number);
        program.launch(
                ofRows(step, layer.router().format() == WeightFormat.BF16 ? "chooseByBf16" : "chooseByFloats", 1024),
                step.step(),
                buffers.expertInput(),
                layer.router().data(),
                choices,
                buffers.shares(),
                config.hiddenSize(),
                config.expertCount(),
                JoinedStage.CHOICES);
        program.launch(
                new CudaCall.Launch("groupPrompt", 1, 1, 1024),
                choices,
                buffers.places(),
                buffers.rowsOf(),
                buffers.tiles(),
                step.rows(),
                step.expertRows(),
                step.expertTiles(),
                step.places().get(number));
        if (step.expertRows() == TILE_ROWS) {
            splitInParts(step, buffers.expertInput(), config.hiddenSize());
            return;
        }
        program.launch(
                new CudaCall.Launch("gatherRows", JoinedStage.CHOICES * step.rows(), 1, 256),
                buffers.rowsOf(),
                buffers.expertInput(),
                buffers.gathered(),
                config.hiddenSize());
    }

    private void feedForward(JoinedStep step, DeviceExperts.Located experts) {
        int intermediate = config.intermediateSize();
        if (step.expertRows() == TILE_ROWS) {
            feedForwardInParts(step, experts);
            return;
        }
        if (step.expertRows() == 1 && experts.gate().format() == WeightFormat.INT8) {
            program.launch(
                    CudaShapes.gateUp(true, step.expertTiles(), intermediate),
                    buffers.tiles(),
                    buffers.gathered(),
                    experts.gate().data(),
                    experts.gate().scales(),
                    experts.up().data(),
                    experts.up().scales(),
                    buffers.gate(),
                    config.hiddenSize(),
                    intermediate);
        } else {
            byExpert(step, buffers.gathered(), experts.gate(), buffers.gate());
            byExpert(step, buffers.gathered(), experts.up(), buffers.up());
            program.launch(
                    new CudaCall.Launch("siluTimesFloats", CudaShapes.GROUPS_WANTED, 1, 256),
                    buffers.gate(),
                    buffers.up(),
                    (long) JoinedStage.CHOICES * step.rows() * intermediate);
        }
        byExpert(step, buffers.gate(), experts.down(), buffers.results());
    }

    /// What is between the products stays in parts, in the place of the gates.
    private void feedForwardInParts(JoinedStep step, DeviceExperts.Located experts) {
        int intermediate = config.intermediateSize();
        program.launch(
                StepShapes.promptGateUpParts(step.expertTiles(), intermediate),
                buffers.tiles(),
                buffers.rowsOf(),
                buffers.parts(),
                experts.gate().data(),
                experts.gate().scales(),
                experts.up().data(),
                experts.up().scales(),
                buffers.gate(),
                config.hiddenSize(),
                intermediate);
        multiplyInParts(buffers.tiles(), step.expertTiles(), buffers.gate(), experts.down(), buffers.results());
    }

    private void byExpert(JoinedStep step, long x, CudaLayer.Matrix matrix, long y) {
        multiply(buffers.tiles(), step.expertTiles(), step.expertRows(), x, matrix, y);
    }
}
