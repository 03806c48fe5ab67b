package io.thunderhead.attention;

import io.thunderhead.attention.StageMetrics.Phase;
import io.thunderhead.core.time.Deadline;
import io.thunderhead.model.layers.DecoderLayer;
import io.thunderhead.model.layers.JoinedLayers;
import io.thunderhead.model.layers.Workspace;
import io.thunderhead.model.state.StepRows;
import org.jspecify.annotations.Nullable;

/// Some sequences of a step on their way through the layers: their rows, their activations and their exchange with the
/// expert workers. While one micro-batch's rows are with the experts, the other one computes.
final class MicroBatch {
    private final Workspace workspace;
    private final ExchangeRound round;
    private final StepRows rows;
    private final StageMetrics metrics;
    private @Nullable DecoderLayer atExperts;
    private long dispatchedAtNanos;

    MicroBatch(Workspace workspace, ExchangeRound round, StepRows rows, StageMetrics metrics) {
        this.workspace = workspace;
        this.round = round;
        this.rows = rows;
        this.metrics = metrics;
    }

    StepRows rows() {
        return rows;
    }

    /// `[rows, hidden]`: what goes into the next layer.
    float[] hidden() {
        return workspace.hidden();
    }

    /// Through all layers and their experts at once.
    void runThrough(JoinedLayers layers, JoinedLayers.Visits visits, StepClock clock) {
        layers.run(rows, workspace, visits);
        clock.lap(Phase.ATTENTION);
    }

    /// Attention and router of the layer, then the rows leave for their experts.
    void sendThrough(DecoderLayer layer, Deadline deadline, StepClock clock) {
        layer.attend(rows, workspace);
        clock.lap(Phase.ATTENTION);
        dispatchedAtNanos = System.nanoTime();
        round.dispatch(layer.index(), workspace.expertInput(), rows.rowCount(), workspace.routing(), deadline);
        clock.lap(Phase.DISPATCH);
        atExperts = layer;
    }

    /// Waits for the experts of the layer that was sent last, if any, and completes that layer.
    void returnFromExperts(Deadline deadline, StepClock clock) {
        DecoderLayer layer = atExperts;
        if (layer == null) {
            return;
        }
        atExperts = null;
        round.combine(workspace.expertOutput(), deadline);
        clock.combined(round.slowestComputeNanos());
        metrics.ofLayer(layer.index()).exchanged(rows.rowCount(), System.nanoTime() - dispatchedAtNanos);
        layer.addExperts(rows, workspace);
        clock.lap(Phase.ATTENTION);
    }

    void abandon() {
        round.abandon();
    }
}
