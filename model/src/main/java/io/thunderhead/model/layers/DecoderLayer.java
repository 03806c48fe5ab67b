package io.thunderhead.model.layers;

import io.thunderhead.model.config.ModelConfig;
import io.thunderhead.model.kernels.Kernels;
import io.thunderhead.model.kernels.PackedMatrix;
import io.thunderhead.model.state.StepRows;

/// One layer without its experts: [#attend], [#route], then whoever holds the experts fills the workspace's
/// `expertOutput`, then [#addExperts]. Post-norm: the residuals are the normed values. Source: spec section 4.
///
/// The calling thread owns the workspace and the sequences' states meanwhile.
public final class DecoderLayer {
    private final ModelConfig config;
    private final int index;
    private final Kernels kernels;
    private final Attention attention;
    private final float[] inputNorm;
    private final float[] postAttentionNorm;
    private final PackedMatrix router;

    DecoderLayer(
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

    /// In the whole model.
    public int index() {
        return index;
    }

    /// From the workspace's `hidden` to its `expertInput`; updates the states of the step's sequences.
    public void attend(StepRows rows, Workspace workspace) {
        int count = rows.rowCount();
        float[] normed = workspace.normed();
        float[] expertInput = workspace.expertInput();
        kernels.rmsNorm(workspace.hidden(), count, inputNorm, config.rmsNormEps(), normed);
        attention.attend(rows, workspace);
        kernels.addResidual(normed, workspace.branch(), attention.factors(), count * config.hiddenSize(), expertInput);
        kernels.rmsNorm(expertInput, count, postAttentionNorm, config.rmsNormEps(), expertInput);
    }

    /// From `expertInput` to `routing`.
    public void route(StepRows rows, Workspace workspace) {
        Routing routing = workspace.routing();
        kernels.matmul(workspace.expertInput(), rows.rowCount(), router, routing.logits());
        routing.choose(rows.rowCount());
    }

    /// From `expertInput` and `expertOutput` to `hidden`, the layer's output.
    public void addExperts(StepRows rows, Workspace workspace) {
        kernels.addResidual(
                workspace.expertInput(),
                workspace.expertOutput(),
                config.mlpFactors(),
                rows.rowCount() * config.hiddenSize(),
                workspace.hidden());
    }

    /// Bytes of packed weights.
    public long byteSize() {
        return attention.byteSize() + router.byteSize();
    }
}
