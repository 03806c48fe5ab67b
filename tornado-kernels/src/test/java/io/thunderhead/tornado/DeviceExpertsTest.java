package io.thunderhead.tornado;

import static io.thunderhead.tornado.DeviceRun.difference;
import static io.thunderhead.tornado.DeviceRun.floats;
import static io.thunderhead.tornado.DeviceRun.random;
import static org.assertj.core.api.Assertions.assertThat;

import io.thunderhead.model.checkpoint.DType;
import io.thunderhead.model.checkpoint.StoredTensor;
import io.thunderhead.model.kernels.FeedForwardWeights;
import io.thunderhead.model.kernels.KernelSelection;
import io.thunderhead.model.kernels.Kernels;
import io.thunderhead.model.kernels.PackedMatrix;
import io.thunderhead.model.kernels.WeightFormat;
import io.thunderhead.model.testing.RandomTensors;
import java.lang.foreign.Arena;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class DeviceExpertsTest {
    private static final int HIDDEN = 72;
    private static final int INTERMEDIATE = 100;

    private final Kernels plain = KernelSelection.choose("plain", 1).kernels();
    private final Arena arena = Arena.ofShared();

    @AfterEach
    void close() {
        plain.close();
        arena.close();
    }

    /// One row, then more than the largest graph holds, then few again: weights stay, buckets change, no row of an
    /// earlier run is left over.
    @ParameterizedTest
    @EnumSource(WeightFormat.class)
    void runsGroupsOfRowsAsThePlainTwin(WeightFormat format) {
        List<FeedForwardWeights> experts =
                IntStream.range(0, 4).mapToObj(i -> expert(format, i)).toList();
        try (DeviceExperts device = new DeviceExperts(DeviceRun.target(), experts, 4, 16)) {
            assertLikePlain(device, experts, new int[] {2}, new int[] {0, 1});
            assertLikePlain(device, experts, new int[] {0, 1, 3}, new int[] {0, 9, 10, 37});
            assertLikePlain(device, experts, new int[] {1, 3}, new int[] {0, 2, 3});
        }
    }

    private void assertLikePlain(
            DeviceExperts device, List<FeedForwardWeights> experts, int[] chosen, int[] firstRows) {
        int groups = chosen.length;
        int rows = firstRows[groups];
        float[] x = random(rows, rows * HIDDEN);
        float[] expected = new float[x.length];
        FeedForwardWeights[] weights =
                Arrays.stream(chosen).mapToObj(experts::get).toArray(FeedForwardWeights[]::new);
        plain.feedForward(weights, firstRows, groups, x, new float[rows * INTERMEDIATE], expected);

        float[] actual = new float[x.length];
        device.run(chosen, firstRows, groups, x, actual);

        assertThat(difference(floats(actual), expected)).as("%d rows", rows).isLessThan(1e-5);
    }

    private FeedForwardWeights expert(WeightFormat format, int seed) {
        return new FeedForwardWeights(
                matrix(format, 3L * seed, INTERMEDIATE, HIDDEN),
                matrix(format, 3L * seed + 1, INTERMEDIATE, HIDDEN),
                matrix(format, 3L * seed + 2, HIDDEN, INTERMEDIATE));
    }

    private PackedMatrix matrix(WeightFormat format, long seed, int out, int in) {
        DType dtype = format == WeightFormat.BF16 ? DType.BF16 : DType.F32;
        StoredTensor tensor = new RandomTensors(seed, dtype).tensor("weights", out, in);
        return format == WeightFormat.INT8 ? plain.quantize(tensor, arena) : plain.pack(tensor, arena);
    }
}
