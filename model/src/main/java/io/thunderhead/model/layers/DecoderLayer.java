package io.thunderhead.model.layers;

import io.thunderhead.model.state.StepRows;

/// One layer without its experts: [#attend], then whoever holds the experts fills the workspace's `expertOutput`, then
/// [#addExperts]. Post-norm: the residuals are the normed values. Source: spec section 4.
///
/// The calling thread owns the workspace and the sequences' states meanwhile.
public interface DecoderLayer {
    /// In the whole model.
    int index();

    /// From the workspace's `hidden` to its `expertInput` and `routing`; updates the states of the step's sequences.
    void attend(StepRows rows, Workspace workspace);

    /// From `expertInput` and `expertOutput` to `hidden`, the layer's output.
    void addExperts(StepRows rows, Workspace workspace);

    /// Bytes of packed weights.
    long byteSize();
}
