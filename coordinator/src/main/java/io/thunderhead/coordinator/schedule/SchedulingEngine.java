package io.thunderhead.coordinator.schedule;

import io.thunderhead.cluster.membership.ClusterMembership;
import io.thunderhead.coordinator.engine.Engine;
import io.thunderhead.coordinator.engine.GenerationRequest;
import io.thunderhead.coordinator.engine.TokenSink;
import io.thunderhead.core.error.ErrorCode;
import io.thunderhead.core.error.ServingException;
import io.thunderhead.core.id.NodeId;
import io.thunderhead.model.config.ModelConfig;
import io.thunderhead.transport.NodeConnector;
import java.util.Objects;

/// The [Engine] of a coordinator: batches requests into steps and sends those through the stages of the plan in force.
public final class SchedulingEngine implements Engine, AutoCloseable {
    private final ModelConfig model;

    /// @param self only the coordinator that leads the cluster runs steps
    public SchedulingEngine(
            NodeId self,
            SchedulerConfig config,
            ModelConfig model,
            NodeConnector connector,
            ClusterMembership membership) {
        Objects.requireNonNull(self);
        Objects.requireNonNull(config);
        Objects.requireNonNull(connector);
        Objects.requireNonNull(membership);
        this.model = model;
    }

    /// Listens to the membership and starts the engine thread; does not wait for workers.
    public void start() {}

    @Override
    public Generation submit(GenerationRequest request, TokenSink sink) {
        throw new ServingException(ErrorCode.NOT_READY, "no plan yet");
    }

    @Override
    public int contextMax() {
        return model.contextMax();
    }

    /// Never waits.
    public EngineStats stats() {
        return EngineStats.NONE;
    }

    /// Stops admitting, lets what runs finish within the configured grace, then fails the rest with SHUTTING_DOWN.
    @Override
    public void close() {}
}
