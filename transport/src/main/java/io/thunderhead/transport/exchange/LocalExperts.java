package io.thunderhead.transport.exchange;

import io.thunderhead.model.experts.ExpertStore;

/// An expert worker of this very process, as whoever could run its experts without a dispatch sees it.
public interface LocalExperts {
    ExpertStore store();

    /// Counts rows that went through the worker's experts without it. Any thread.
    ///
    /// @param rowsOfExpert `[experts]` of the layer
    void computed(int layerIndex, int rows, int[] rowsOfExpert);
}
