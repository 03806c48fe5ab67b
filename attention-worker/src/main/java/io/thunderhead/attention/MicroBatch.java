package io.thunderhead.attention;

import io.thunderhead.core.time.Deadline;
import io.thunderhead.model.layers.DecoderLayer;
import io.thunderhead.model.layers.Workspace;
import io.thunderhead.model.state.StepRows;
import org.jspecify.annotations.Nullable;

/// Some sequences of a step on their way through the layers: their rows, their activations and their exchange with the
/// expert workers. While one micro-batch's rows are with the experts, the other one computes.
final class MicroBatch {
    private final Workspace workspace;
    private final ExchangeRound round;
    private final StepRows rows;
    private @Nullable DecoderLayer atExperts;

    MicroBatch(Workspace workspace, ExchangeRound round, StepRows rows) {
        this.workspace = workspace;
        this.round = round;
        this.rows = rows;
    }

    StepRows rows() {
        return rows;
    }

    /// `[rows, hidden]`: what goes into the next layer.
    float[] hidden() {
        return workspace.hidden();
    }

    /// Attention and router of the layer, then the rows leave for their experts.
    void sendThrough(DecoderLayer layer, Deadline deadline) {
        layer.attend(rows, workspace);
        layer.route(rows, workspace);
        round.dispatch(layer.index(), workspace.expertInput(), rows.rowCount(), workspace.routing(), deadline);
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
        layer.addExperts(rows, workspace);
    }

    void abandon() {
        round.abandon();
    }
}
