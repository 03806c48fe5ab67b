package io.thunderhead.tornado;

import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import uk.ac.manchester.tornado.api.GridScheduler;
import uk.ac.manchester.tornado.api.TornadoExecutionPlan;
import uk.ac.manchester.tornado.api.common.TornadoDevice;
import uk.ac.manchester.tornado.api.enums.DataTransferMode;
import uk.ac.manchester.tornado.api.exceptions.TornadoExecutionPlanException;
import uk.ac.manchester.tornado.api.runtime.TornadoRuntimeProvider;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/// Runs kernels once on the default device: every array goes there, the named ones come back.
final class DeviceRun {
    private DeviceRun() {}

    /// The default device, all of it.
    static Target target() {
        TornadoDevice device = TornadoRuntimeProvider.getTornadoRuntime().getDefaultDevice();
        return new Target(device, new DeviceMemory("test", Long.MAX_VALUE));
    }

    static void run(Consumer<KernelGraph> tasks, Object[] arrays, Object... results) {
        KernelGraph graph = new KernelGraph("test", target().cuda());
        graph.tasks().transferToDevice(DataTransferMode.FIRST_EXECUTION, arrays);
        tasks.accept(graph);
        graph.tasks().transferToHost(DataTransferMode.EVERY_EXECUTION, results);
        GridScheduler grids = new GridScheduler();
        graph.addGridsTo(grids);
        try (TornadoExecutionPlan plan = new TornadoExecutionPlan(graph.snapshot())) {
            // a plan refuses a scheduler without any grid, as there is with library tasks alone
            (graph.hasGrids() ? plan.withGridScheduler(grids) : plan).execute();
        } catch (TornadoExecutionPlanException e) {
            throw new AssertionError(e);
        }
    }

    /// Numbers between -1 and 1.
    static float[] random(long seed, int count) {
        SplittableRandom random = new SplittableRandom(seed);
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) random.nextDouble(-1, 1);
        }
        return values;
    }

    static FloatArray floats(float... values) {
        return FloatArray.fromArray(values);
    }

    static IntArray ints(int... values) {
        return IntArray.fromArray(values);
    }

    /// The largest difference of the first elements, as a share of the largest expected number.
    static double difference(FloatArray actual, float[] expected) {
        double largest = 0;
        double size = 1e-6;
        for (int i = 0; i < expected.length; i++) {
            double difference = Math.abs(actual.get(i) - expected[i]);
            // a NaN compares with nothing
            largest = difference <= largest ? largest : difference;
            size = Math.max(size, Math.abs(expected[i]));
        }
        return largest / size;
    }

    static float[] firstOf(float[] values, int count) {
        return Arrays.copyOf(values, count);
    }
}
