package io.thunderhead.tornado;

import io.thunderhead.core.error.ErrorCode;
import io.thunderhead.core.error.ServingException;
import io.thunderhead.tornado.cuda.PinnedMemory;
import java.lang.foreign.MemorySegment;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Supplier;
import uk.ac.manchester.tornado.api.GridScheduler;
import uk.ac.manchester.tornado.api.ImmutableTaskGraph;
import uk.ac.manchester.tornado.api.TornadoExecutionPlan;
import uk.ac.manchester.tornado.api.exceptions.TornadoExecutionPlanException;
import uk.ac.manchester.tornado.api.exceptions.TornadoMemoryException;
import uk.ac.manchester.tornado.api.exceptions.TornadoOutOfMemoryException;

/// Graphs that share what stays on the device: one plan, since TornadoVM copies an array again for every plan. The
/// first graph brings the resident arrays there and keeps them, the others find them by its name; it must run before
/// them.
///
/// One thread at a time.
final class ResidentPlan implements AutoCloseable {
    /// While a CUDA graph is recorded no other thread of the process may allocate, wait for a stream or unload: the
    /// first run of a graph, a plan's beginning and its end are alone, other runs are not.
    private static final ReadWriteLock RECORDING = new ReentrantReadWriteLock();

    private final TornadoExecutionPlan plan;
    private final List<String> names;
    private final GridScheduler grids = new GridScheduler();
    private final BitSet gridded = new BitSet();
    private final BitSet recorded = new BitSet();
    private final Optional<PinnedMemory> pinned;
    private final DeviceMemory memory;
    private final long bytes;

    /// Throws DEVICE_OUT_OF_MEMORY if their arrays do not fit.
    ResidentPlan(Target target, List<KernelGraph> graphs) {
        this.names = graphs.stream().map(KernelGraph::name).toList();
        this.memory = target.memory();
        this.bytes = graphs.stream().mapToLong(KernelGraph::byteSize).sum();
        memory.take("arrays of " + names.getFirst(), bytes);
        RECORDING.writeLock().lock();
        try {
            for (int i = 0; i < graphs.size(); i++) {
                graphs.get(i).addGridsTo(grids);
                gridded.set(i, graphs.get(i).hasGrids());
            }
            this.plan = new TornadoExecutionPlan(
                    graphs.stream().map(KernelGraph::snapshot).toArray(ImmutableTaskGraph[]::new));
            plan.withDevice(target.device());
            if (target.cuda()) {
                plan.withCUDAGraph();
                List<MemorySegment> crossing = graphs.stream()
                        .flatMap(graph -> graph.crossing().stream())
                        .toList();
                pinned = Optional.of(new PinnedMemory(target.device(), plan.getId(), crossing));
            } else {
                pinned = Optional.empty();
            }
        } catch (RuntimeException | Error e) {
            memory.giveBack(bytes);
            throw e;
        } finally {
            RECORDING.writeLock().unlock();
        }
    }

    /// Returns when the results that the graph sends to the host are there. Each run is a new child of the plan, which
    /// would keep every result of its own runs.
    ///
    /// Throws DEVICE_OUT_OF_MEMORY, or INTERNAL for whatever else TornadoVM complains of.
    void execute(int graph) {
        Lock lock = recorded.get(graph) ? RECORDING.readLock() : RECORDING.writeLock();
        lock.lock();
        try {
            TornadoExecutionPlan run = plan.withGraph(graph);
            // a plan refuses grids for a graph of library tasks alone, which have none
            (gridded.get(graph) ? run.withGridScheduler(grids) : run).execute();
            recorded.set(graph);
        } catch (TornadoOutOfMemoryException | TornadoMemoryException e) {
            throw failed(ErrorCode.DEVICE_OUT_OF_MEMORY, graph, e);
        } catch (RuntimeException e) {
            throw failed(ErrorCode.INTERNAL, graph, e);
        } finally {
            lock.unlock();
        }
    }

    /// For what a recording on another thread would not stand.
    static <T> T madeWhileNothingIsRecorded(Supplier<T> maker) {
        RECORDING.readLock().lock();
        try {
            return maker.get();
        } finally {
            RECORDING.readLock().unlock();
        }
    }

    /// As the other, for what makes nothing.
    static void whileNothingIsRecorded(Runnable action) {
        RECORDING.readLock().lock();
        try {
            action.run();
        } finally {
            RECORDING.readLock().unlock();
        }
    }

    private ServingException failed(ErrorCode code, int graph, RuntimeException e) {
        return new ServingException(code, "device: graph " + names.get(graph) + " failed: " + e.getMessage(), e);
    }

    /// Frees the device's memory.
    @Override
    public void close() {
        RECORDING.writeLock().lock();
        try {
            plan.close();
            pinned.ifPresent(PinnedMemory::close);
        } catch (TornadoExecutionPlanException e) {
            throw new ServingException(ErrorCode.INTERNAL, "device: the plan did not close", e);
        } finally {
            RECORDING.writeLock().unlock();
            memory.giveBack(bytes);
        }
    }
}
