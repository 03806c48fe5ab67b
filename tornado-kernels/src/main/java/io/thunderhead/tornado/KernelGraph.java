package io.thunderhead.tornado;

import io.thunderhead.tornado.cuda.Addresses;
import io.thunderhead.tornado.cuda.CudaTasks;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import uk.ac.manchester.tornado.api.GridScheduler;
import uk.ac.manchester.tornado.api.ImmutableTaskGraph;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.TaskGraph;
import uk.ac.manchester.tornado.api.WorkerGrid3D;
import uk.ac.manchester.tornado.api.enums.DataTransferMode;
import uk.ac.manchester.tornado.api.types.arrays.TornadoNativeArray;

/// A task graph under construction, with the grid of each of its kernels. For one thread.
final class KernelGraph {
    private final String name;
    private final boolean cuda;
    private final TaskGraph tasks;
    private final KernelContext context = new KernelContext();
    private final List<Launch> launches = new ArrayList<>();
    private final List<Object> crossing = new ArrayList<>();
    private long byteSize;

    /// Arrays that stay on the device: the first graph of a plan brings them there, the others use its copies.
    ///
    /// @param first of the plan; null if this is it
    void resident(@Nullable KernelGraph first, List<Object> arrays) {
        if (first == null) {
            bringOnce(arrays.toArray());
        } else {
            tasks.consumeFromDevice(first.name, arrays.toArray());
        }
    }

    /// Arrays that are brought to the device before the first run.
    void bringOnce(Object... arrays) {
        count(arrays);
        tasks.transferToDevice(DataTransferMode.FIRST_EXECUTION, arrays);
    }

    /// Arrays that are brought to the device before every run.
    void bringAlways(Object... arrays) {
        count(arrays);
        crossing.addAll(List.of(arrays));
        tasks.transferToDevice(DataTransferMode.EVERY_EXECUTION, arrays);
    }

    /// Arrays that are brought back after every run.
    void sendAlways(Object... arrays) {
        crossing.addAll(List.of(arrays));
        tasks.transferToHost(DataTransferMode.EVERY_EXECUTION, arrays);
    }

    /// The host's memory of the arrays that are copied in every run.
    List<MemorySegment> crossing() {
        return crossing.stream()
                .map(array -> ((TornadoNativeArray) array).getSegmentWithHeader())
                .toList();
    }

    private void count(Object... arrays) {
        byteSize += DeviceArrays.byteSize(List.of(arrays));
    }

    /// Bytes that this graph adds to the device, those of consumed arrays not among them.
    long byteSize() {
        return byteSize;
    }

    /// Finds out where arrays lie on a device with CUDA, when the graph is run for the first time.
    void locate(List<Object> arrays, Addresses addresses) {
        if (cuda) {
            CudaTasks.locate(tasks, arrays, addresses);
        }
    }

    /// After the tasks of the first graph: keeps its resident arrays for the others.
    void keep(List<Object> arrays) {
        tasks.persistOnDevice(arrays.toArray());
    }

    private record Launch(String task, WorkerGrid3D grid) {}

    /// @param cuda whether it is for a device that runs kernels in CUDA C
    KernelGraph(String name, boolean cuda) {
        this.name = name;
        this.cuda = cuda;
        this.tasks = new TaskGraph(name);
    }

    String name() {
        return name;
    }

    boolean cuda() {
        return cuda;
    }

    TaskGraph tasks() {
        return tasks;
    }

    KernelContext context() {
        return context;
    }

    /// Says how the task just added is launched: `x * y * z` groups of `groupSize` threads each.
    void launch(String task, int groupSize, int x, int y, int z) {
        WorkerGrid3D grid = new WorkerGrid3D(x * groupSize, y, z);
        grid.setLocalWork(groupSize, 1, 1);
        launches.add(new Launch(name + "." + task, grid));
    }

    void addGridsTo(GridScheduler scheduler) {
        launches.forEach(launch -> scheduler.addWorkerGrid(launch.task(), launch.grid()));
    }

    boolean hasGrids() {
        return !launches.isEmpty();
    }

    ImmutableTaskGraph snapshot() {
        return tasks.snapshot();
    }
}
