package io.thunderhead.model.layers;

import io.thunderhead.model.config.ModelConfig;
import io.thunderhead.model.config.ResidualFactors;
import io.thunderhead.model.kernels.HeadShape;
import io.thunderhead.model.kernels.Kernels;
import io.thunderhead.model.kernels.PackedMatrix;
import io.thunderhead.model.kernels.Rotary;
import io.thunderhead.model.state.StepRows;

/// Grouped-query softmax attention of one layer with partial rotary embedding. Source: spec section 6.
final class SoftmaxAttention implements Attention {
    private final ModelConfig config;
    private final int layerIndex;
    private final Kernels kernels;
    private final Weights weights;
    private final HeadShape shape;
    private final Rotary rotary;

    SoftmaxAttention(ModelConfig config, int layerIndex, Kernels kernels, Weights weights) {
        this.config = config;
        this.layerIndex = layerIndex;
        this.kernels = kernels;
        this.weights = weights;
        this.shape = new HeadShape(config.headCount(), config.kvHeadCount(), config.headDim());
        this.rotary = new Rotary(shape, config.rotaryDim(), config.ropeTheta());
    }

    record Weights(PackedMatrix query, PackedMatrix key, PackedMatrix value, PackedMatrix out) {}

    @Override
    public void attend(StepRows rows, Workspace workspace) {
        int count = rows.rowCount();
        float[] normed = workspace.normed();
        float[] queries = workspace.projected();
        kernels.matmul(normed, count, weights.query(), queries);
        kernels.matmul(normed, count, weights.key(), workspace.keys());
        kernels.matmul(normed, count, weights.value(), workspace.values());
        kernels.storeKeysValues(rows, layerIndex, rotary, queries, workspace.keys(), workspace.values());
        kernels.softmaxAttention(rows, layerIndex, shape, queries, workspace.attended());
        kernels.matmul(workspace.attended(), count, weights.out(), workspace.branch());
    }

    @Override
    public ResidualFactors factors() {
        return config.softmaxFactors();
    }

    @Override
    public long byteSize() {
        return weights.query().byteSize()
                + weights.key().byteSize()
                + weights.value().byteSize()
                + weights.out().byteSize();
    }
}
