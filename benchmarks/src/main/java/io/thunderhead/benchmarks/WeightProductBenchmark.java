package io.thunderhead.benchmarks;

import io.thunderhead.model.checkpoint.DType;
import io.thunderhead.model.checkpoint.StoredTensor;
import io.thunderhead.model.kernels.KernelSelection;
import io.thunderhead.model.kernels.Kernels;
import io.thunderhead.model.kernels.PackedMatrix;
import io.thunderhead.model.kernels.StoredFloats;
import io.thunderhead.model.kernels.WeightArena;
import io.thunderhead.model.kernels.WeightFormat;
import io.thunderhead.model.testing.RandomTensors;
import java.lang.foreign.Arena;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.AuxCounters;
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

/// Rows times one weight matrix `[3072, 1024]`. A few rows are bound by reading weights, many by multiplying; matrices
/// are taken in turn from more memory than caches hold.
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(1)
public class WeightProductBenchmark {
    private static final int OUT = 3072;
    private static final int IN = 1024;
    private static final long MEMORY_BYTES = 1L << 30;

    @Param({"INT8", "BF16", "F32"})
    public WeightFormat format = WeightFormat.INT8;

    @Param({"1", "4", "16", "64", "256", "1024"})
    public int rows;

    @Param("0")
    public int threads;

    private Kernels kernels = KernelSelection.choose("plain", 1).kernels();
    private final Arena arena = new WeightArena(MEMORY_BYTES + (64L << 20));
    private PackedMatrix[] matrices = {};
    private float[] x = {};
    private float[] y = {};
    private int next;

    /// What an operation does, a second.
    @AuxCounters(AuxCounters.Type.OPERATIONS)
    @State(Scope.Thread)
    public static class Work {
        public double weightGigabytes;
        public double gigaflops;
    }

    @Setup
    public void pack() {
        int threadCount = threads == 0 ? Runtime.getRuntime().availableProcessors() : threads;
        kernels.close();
        kernels = KernelSelection.choose("auto", threadCount).kernels();
        DType dtype = format == WeightFormat.BF16 ? DType.BF16 : DType.F32;
        StoredTensor stored = new RandomTensors(1, dtype).tensor("weights", OUT, IN);
        PackedMatrix first = pack(stored);
        matrices = new PackedMatrix[Math.toIntExact(MEMORY_BYTES / first.byteSize())];
        Arrays.setAll(matrices, i -> i == 0 ? first : pack(stored));
        x = StoredFloats.read(new RandomTensors(2, DType.F32).tensor("rows", rows, IN));
        y = new float[rows * OUT];
    }

    private PackedMatrix pack(StoredTensor stored) {
        return format == WeightFormat.INT8 ? kernels.quantize(stored, arena) : kernels.pack(stored, arena);
    }

    @Benchmark
    public float[] multiply(Work work) {
        PackedMatrix matrix = matrices[next++ % matrices.length];
        kernels.matmul(x, rows, matrix, y);
        work.weightGigabytes += matrix.byteSize() / 1e9;
        work.gigaflops += 2.0 * rows * OUT * IN / 1e9;
        return y;
    }

    @TearDown
    public void free() {
        kernels.close();
        arena.close();
    }
}
