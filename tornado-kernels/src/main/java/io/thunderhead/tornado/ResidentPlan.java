package io.thunderhead.tornado;

import io.thunderhead.core.error.ErrorCode;
import io.thunderhead.core.error.ServingException;
import java.util.List;
import uk.ac.manchester.tornado.api.GridScheduler;
import uk.ac.manchester.tornado.api.ImmutableTaskGraph;
import uk.ac.manchester.tornado.api.TornadoExecutionPlan;
import uk.ac.manchester.tornado.api.exceptions.TornadoExecutionPlanException;

/// Graphs that share what stays on the device: one plan, since TornadoVM copies an array again for every plan. The
/// first graph brings the resident arrays there and keeps them, the others find them by its name; it must run before
/// them.
///
/// One thread at a time.
final class ResidentPlan implements AutoCloseable {
    private final TornadoExecutionPlan plan;
    private final GridScheduler grids = new GridScheduler();

    ResidentPlan(List<KernelGraph> graphs) {
        graphs.forEach(graph -> graph.addGridsTo(grids));
        this.plan = new TornadoExecutionPlan(
                graphs.stream().map(KernelGraph::snapshot).toArray(ImmutableTaskGraph[]::new));
    }

    /// Returns when the results that the graph sends to the host are there.
    void execute(int graph) {
        plan.withGraph(graph).withGridScheduler(grids).execute();
    }

    /// Frees the device's memory.
    @Override
    public void close() {
        try {
            plan.close();
        } catch (TornadoExecutionPlanException e) {
            throw new ServingException(ErrorCode.INTERNAL, "device: the plan did not close", e);
        }
    }
}
