package io.thunderhead.model.layers;

import io.thunderhead.model.config.ModelConfig;
import io.thunderhead.model.config.ResidualFactors;
import io.thunderhead.model.kernels.Kernels;
import io.thunderhead.model.kernels.LightningDecay;
import io.thunderhead.model.kernels.PackedMatrix;
import io.thunderhead.model.state.StepRows;

/// Lightning attention of one layer: projection, SiLU on q, k and v, recurrence, norm, output gate, projection.
/// Source: spec section 5.
final class LightningAttention implements Attention {
    private final ModelConfig config;
    private final int layerIndex;
    private final Kernels kernels;
    private final Weights weights;
    private final float[] norm;
    private final LightningDecay decay;

    LightningAttention(ModelConfig config, int layerIndex, Kernels kernels, Weights weights, float[] norm) {
        this.config = config;
        this.layerIndex = layerIndex;
        this.kernels = kernels;
        this.weights = weights;
        this.norm = norm;
        this.decay = new LightningDecay(
                layerIndex, config.layerCount(), config.headCount(), config.headDim(), config.blockSize());
    }

    record Weights(PackedMatrix qkv, PackedMatrix outputGate, PackedMatrix out) {}

    @Override
    public void attend(StepRows rows, Workspace workspace) {
        int count = rows.rowCount();
        int attentionSize = config.attentionSize();
        float[] qkv = workspace.projected();
        float[] attended = workspace.attended();
        kernels.matmul(workspace.normed(), count, weights.qkv(), qkv);
        kernels.silu(qkv, count * 3 * attentionSize);
        kernels.lightning(rows, layerIndex, decay, qkv, attended);
        kernels.rmsNorm(attended, count, norm, config.lightningNormEps(), attended);
        kernels.matmul(workspace.normed(), count, weights.outputGate(), workspace.gates());
        kernels.gate(attended, workspace.gates(), count * attentionSize);
        kernels.matmul(attended, count, weights.out(), workspace.branch());
    }

    @Override
    public ResidualFactors factors() {
        return config.lightningFactors();
    }

    @Override
    public long byteSize() {
        return weights.qkv().byteSize()
                + weights.outputGate().byteSize()
                + weights.out().byteSize();
    }
}
