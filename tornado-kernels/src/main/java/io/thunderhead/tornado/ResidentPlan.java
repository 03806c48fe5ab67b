package io.thunderhead.tornado;

import io.thunderhead.core.error.ErrorCode;
import io.thunderhead.core.error.ServingException;
import java.util.List;
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
    private final TornadoExecutionPlan plan;
    private final List<String> names;
    private final GridScheduler grids = new GridScheduler();
    private final DeviceMemory memory;
    private final long bytes;

    /// Throws DEVICE_OUT_OF_MEMORY if their arrays do not fit.
    ResidentPlan(Target target, List<KernelGraph> graphs) {
        this.names = graphs.stream().map(KernelGraph::name).toList();
        this.memory = target.memory();
        this.bytes = graphs.stream().mapToLong(KernelGraph::byteSize).sum();
        memory.take("arrays of " + names.getFirst(), bytes);
        try {
            graphs.forEach(graph -> graph.addGridsTo(grids));
            this.plan = new TornadoExecutionPlan(
                    graphs.stream().map(KernelGraph::snapshot).toArray(ImmutableTaskGraph[]::new));
            plan.withDevice(target.device());
        } catch (RuntimeException | Error e) {
            memory.giveBack(bytes);
            throw e;
        }
    }

    /// Returns when the results that the graph sends to the host are there. Each run is a new child of the plan, which
    /// would keep every result of its own runs.
    ///
    /// Throws DEVICE_OUT_OF_MEMORY, or INTERNAL for whatever else TornadoVM complains of.
    void execute(int graph) {
        try {
            plan.withGraph(graph).withGridScheduler(grids).execute();
        } catch (TornadoOutOfMemoryException | TornadoMemoryException e) {
            throw failed(ErrorCode.DEVICE_OUT_OF_MEMORY, graph, e);
        } catch (RuntimeException e) {
            throw failed(ErrorCode.INTERNAL, graph, e);
        }
    }

    private ServingException failed(ErrorCode code, int graph, RuntimeException e) {
        return new ServingException(code, "device: graph " + names.get(graph) + " failed: " + e.getMessage(), e);
    }

    /// Frees the device's memory.
    @Override
    public void close() {
        try {
            plan.close();
        } catch (TornadoExecutionPlanException e) {
            throw new ServingException(ErrorCode.INTERNAL, "device: the plan did not close", e);
        } finally {
            memory.giveBack(bytes);
        }
    }
}
