package io.thunderhead.model.layers;

import io.thunderhead.model.config.ModelConfig;
import io.thunderhead.model.kernels.Kernels;
import io.thunderhead.model.kernels.PackedMatrix;
import io.thunderhead.model.state.StepRows;

/// A layer that the CPU computes.
final class HostLayer implements DecoderLayer {
    private final ModelConfig config;
    private final int index;
    private final Kernels kernels;
    private final Attention attention;
    private final float[] inputNorm;
    private final float[] postAttentionNorm;
    private final PackedMatrix router;

    HostLayer(
            ModelConfig config,
            int index,
            Kernels kernels,
            Attention attention,
            float[] inputNorm,
            float[] postAttentionNorm,
            PackedMatrix router) {
        this.config = config;
        this.index = index;
        this.kernels = kernels;
        this.attention = attention;
        this.inputNorm = inputNorm;
        this.postAttentionNorm = postAttentionNorm;
        this.router = router;
    }

    @Override
    public int index() {
        return index;
    }

    @Override
    public void attend(StepRows rows, Workspace workspace) {
        int count = rows.rowCount();
        float[] normed = workspace.normed();
        float[] expertInput = workspace.expertInput();
        kernels.rmsNorm(workspace.hidden(), count, inputNorm, config.rmsNormEps(), normed);
        attention.attend(rows, workspace);
        kernels.addResidual(normed, workspace.branch(), attention.factors(), count * config.hiddenSize(), expertInput);
        kernels.rmsNorm(expertInput, count, postAttentionNorm, config.rmsNormEps(), expertInput);
        kernels.matmul(expertInput, count, router, workspace.routing().logits());
        workspace.routing().choose(count);
    }

    @Override
    public void addExperts(StepRows rows, Workspace workspace) {
        kernels.addResidual(
                workspace.expertInput(),
                workspace.expertOutput(),
                config.mlpFactors(),
                rows.rowCount() * config.hiddenSize(),
                workspace.hidden());
    }

    @Override
    public long byteSize() {
        return attention.byteSize() + router.byteSize();
    }
}
