package io.thunderhead.tornado;

import static io.thunderhead.tornado.DeviceRun.difference;
import static io.thunderhead.tornado.DeviceRun.floats;
import static io.thunderhead.tornado.DeviceRun.random;
import static org.assertj.core.api.Assertions.assertThat;

import io.thunderhead.model.checkpoint.DType;
import io.thunderhead.model.checkpoint.StoredTensor;
import io.thunderhead.model.kernels.KernelSelection;
import io.thunderhead.model.kernels.Kernels;
import io.thunderhead.model.kernels.PackedMatrix;
import io.thunderhead.model.kernels.WeightFormat;
import io.thunderhead.model.testing.RandomTensors;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;

final class ProductKernelsTest {
    private final Kernels plain = KernelSelection.choose("plain", 1).kernels();
    private final Arena arena = Arena.ofShared();

    @AfterEach
    void close() {
        plain.close();
        arena.close();
    }

    @ParameterizedTest
    @EnumSource(WeightFormat.class)
    void multipliesAsThePlainTwinOverAwkwardSizes(WeightFormat format) {
        int[][] sizes = {{1, 1, 1}, {3, 7, 31}, {9, 33, 64}, {17, 100, 127}, {40, 70, 68}, {150, 96, 132}};
        for (int wideRows : new int[] {8, 16, 64}) {
            for (int[] size : sizes) {
                int rows = size[0];
                PackedMatrix matrix = matrix(format, size[1], size[2], 5);
                float[] x = random(rows, rows * size[2]);
                float[] expected = new float[rows * size[1]];
                plain.matmul(x, rows, matrix, expected);
                Tiles tiles = new Tiles(rows, 1, wideRows);
                tiles.setDense(rows, 0);

                FloatArray actual = product(List.of(matrix), x, tiles, expected.length);

                assertThat(difference(actual, expected))
                        .as("%s %d rows, %d x %d, tiles of %d", format, rows, size[1], size[2], wideRows)
                        .isLessThan(1e-5);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(WeightFormat.class)
    void givesEveryGroupOfRowsItsOwnMatrix(WeightFormat format) {
        int in = 40;
        int out = 48;
        int[] firstRows = {0, 1, 1, 18};
        List<PackedMatrix> matrices = IntStream.range(0, 3)
                .mapToObj(i -> matrix(format, out, in, 10 + i))
                .toList();
        float[] x = random(1, 18 * in);
        List<Float> expected = new ArrayList<>();
        for (int group = 0; group < 3; group++) {
            int rows = firstRows[group + 1] - firstRows[group];
            float[] y = new float[rows * out];
            plain.matmul(
                    Arrays.copyOfRange(x, firstRows[group] * in, firstRows[group + 1] * in),
                    rows,
                    matrices.get(group),
                    y);
            for (float value : y) {
                expected.add(value);
            }
        }
        float[] all = new float[expected.size()];
        for (int i = 0; i < all.length; i++) {
            all[i] = expected.get(i);
        }

        for (int wideRows : new int[] {8, 16, 64}) {
            Tiles tiles = new Tiles(18, 3, wideRows);
            tiles.setGrouped(new int[] {0, 1, 2}, firstRows, 3);
            assertThat(difference(product(matrices, x, tiles, all.length), all)).isLessThan(1e-5);
        }
    }

    private static FloatArray product(List<PackedMatrix> matrices, float[] x, Tiles tiles, int outputs) {
        DeviceMatrices weights = DeviceMatrices.of(matrices);
        FloatArray input = floats(x);
        FloatArray y = new FloatArray(outputs);
        Object[] arrays = Stream.of(Stream.of(input), Stream.of(tiles.arrays()), weights.arrays().stream())
                .flatMap(of -> of)
                .toArray();
        DeviceRun.run(graph -> weights.product(graph, "product", tiles, input, y), arrays, y);
        return y;
    }

    private PackedMatrix matrix(WeightFormat format, int out, int in, long seed) {
        DType dtype = format == WeightFormat.BF16 ? DType.BF16 : DType.F32;
        StoredTensor tensor = new RandomTensors(seed, dtype).tensor("weights", out, in);
        return format == WeightFormat.INT8 ? plain.quantize(tensor, arena) : plain.pack(tensor, arena);
    }
}
