package io.thunderhead.benchmarks;

import io.thunderhead.model.checkpoint.DType;
import io.thunderhead.model.config.LayerRange;
import io.thunderhead.model.config.ModelConfig;
import io.thunderhead.model.kernels.HeadShape;
import io.thunderhead.model.kernels.KernelSelection;
import io.thunderhead.model.kernels.Kernels;
import io.thunderhead.model.kernels.LightningDecay;
import io.thunderhead.model.kernels.StoredFloats;
import io.thunderhead.model.state.SequenceState;
import io.thunderhead.model.state.StateLayout;
import io.thunderhead.model.state.StatePool;
import io.thunderhead.model.state.StepRows;
import io.thunderhead.model.testing.ModelConfigs;
import io.thunderhead.model.testing.RandomTensors;
import io.thunderhead.model.tokenizer.TokenIds;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/// Attention of one layer with 16 heads of 64: a block of a prompt, and a token behind a context.
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(1)
public class AttentionBenchmark {
    private static final ModelConfig CONFIG = ModelConfigs.baseline();
    private static final int LIGHTNING_LAYER = 0;
    private static final int SOFTMAX_LAYER = 7;
    private static final int BLOCK = 256;

    @Param({"256", "4096", "65536"})
    public int contextTokens;

    private final Kernels kernels = KernelSelection.choose(
                    "auto", Runtime.getRuntime().availableProcessors())
            .kernels();
    private final LightningDecay decay = new LightningDecay(LIGHTNING_LAYER, 8, 16, 64, BLOCK);
    private final HeadShape shape = new HeadShape(16, 2, 64);
    private final StateLayout layout = new StateLayout(CONFIG, new LayerRange(0, 8));
    private final float[] qkv =
            StoredFloats.read(new RandomTensors(1, DType.F32).tensor("qkv", BLOCK, 3 * CONFIG.attentionSize()));
    private final float[] out = new float[BLOCK * CONFIG.attentionSize()];
    private StatePool pool = new StatePool(layout, 1, 1);
    private StepRows block = StepRows.builder().build();
    private StepRows token = StepRows.builder().build();

    @Setup
    public void fill() {
        pool.close();
        pool = new StatePool(layout, 2, 2 * layout.pagesFor(contextTokens + BLOCK));
        SequenceState first = pool.acquire();
        first.reserve(contextTokens);
        first.advance(contextTokens);
        block = StepRows.builder().prefill(first, TokenIds.of(new int[BLOCK])).build();
        SequenceState second = pool.acquire();
        second.reserve(contextTokens);
        second.advance(contextTokens);
        token = StepRows.builder().decode(second, TokenIds.of(1)).build();
    }

    @Benchmark
    public float[] lightningBlock() {
        kernels.lightning(block, LIGHTNING_LAYER, decay, qkv, out);
        return out;
    }

    @Benchmark
    public float[] lightningToken() {
        kernels.lightning(token, LIGHTNING_LAYER, decay, qkv, out);
        return out;
    }

    @Benchmark
    public float[] softmaxBlock() {
        kernels.softmaxAttention(block, SOFTMAX_LAYER, shape, qkv, out);
        return out;
    }

    @Benchmark
    public float[] softmaxToken() {
        kernels.softmaxAttention(token, SOFTMAX_LAYER, shape, qkv, out);
        return out;
    }

    @TearDown
    public void free() {
        kernels.close();
        pool.close();
    }
}
