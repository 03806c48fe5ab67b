package io.thunderhead.model.layers;

import io.thunderhead.model.config.ModelConfig;

/// Buffers for the final norm of up to `rowMax` rows. One thread at a time.
public final class HeadWorkspace {
    private final int rowMax;
    private final float[] normed;

    public HeadWorkspace(ModelConfig config, int rowMax) {
        this.rowMax = rowMax;
        this.normed = new float[Math.multiplyExact(rowMax, config.hiddenSize())];
    }

    public int rowMax() {
        return rowMax;
    }

    /// `[rowMax, hidden]`: after [StageModel#logits] the rows after the final norm.
    public float[] normed() {
        return normed;
    }
}
