package io.thunderhead.model.layers;

import io.thunderhead.model.config.ResidualFactors;
import io.thunderhead.model.state.StepRows;

/// The part of a decoder layer that looks at the past.
sealed interface Attention permits LightningAttention, SoftmaxAttention {
    /// From the workspace's `normed` to its `branch`, reading and updating the sequences' states.
    void attend(StepRows rows, Workspace workspace);

    ResidualFactors factors();

    long byteSize();
}
