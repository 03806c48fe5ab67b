package io.thunderhead.model.layers;

import io.thunderhead.model.state.StepRows;

/// Layers and all their experts in one place: a step goes through all of them, and nothing comes out in between. One
/// thread at a time.
public interface JoinedLayers extends AutoCloseable {
    /// From the workspace's `hidden` to `hidden` after the last layer; updates the states of the step's sequences.
    /// Throws STALE_PLAN, having changed nothing, if an expert is not held any more.
    void run(StepRows rows, Workspace workspace, Visits visits);

    @Override
    void close();

    /// Told where the rows of a step went.
    @FunctionalInterface
    interface Visits {
        /// @param rowsOfExpert `[experts]`, valid during the call
        void visited(int layerIndex, int rows, int[] rowsOfExpert);
    }
}
