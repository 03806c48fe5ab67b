package io.thunderhead.model.layers;

import io.thunderhead.model.config.ModelConfig;

/// Every activation buffer of a step, for up to `tokenMax` rows; nothing is allocated while layers run. Buffers are
/// float32 row-major; only the rows of the current step count. One thread at a time; a step in flight needs its own.
public final class Workspace {
    private final int tokenMax;
    private final float[] hidden;
    private final float[] normed;
    private final float[] projected;
    private final float[] keys;
    private final float[] values;
    private final float[] gates;
    private final float[] attended;
    private final float[] branch;
    private final float[] expertInput;
    private final float[] expertOutput;
    private final Routing routing;

    public Workspace(ModelConfig config, int tokenMax) {
        this.tokenMax = tokenMax;
        this.hidden = new float[Math.multiplyExact(tokenMax, config.hiddenSize())];
        this.normed = new float[hidden.length];
        this.projected = new float[Math.multiplyExact(tokenMax, 3 * config.attentionSize())];
        this.keys = new float[tokenMax * config.kvSize()];
        this.values = new float[keys.length];
        this.gates = new float[tokenMax * config.attentionSize()];
        this.attended = new float[gates.length];
        this.branch = new float[hidden.length];
        this.expertInput = new float[hidden.length];
        this.expertOutput = new float[hidden.length];
        this.routing = new Routing(tokenMax, config.expertCount(), config.topK());
    }

    public int tokenMax() {
        return tokenMax;
    }

    /// `[rows, hidden]`: input of the next layer; after a layer, its output.
    public float[] hidden() {
        return hidden;
    }

    /// `[rows, hidden]`: what the router and the experts see; after [DecoderLayer#attend].
    public float[] expertInput() {
        return expertInput;
    }

    /// `[rows, hidden]`: room for the complete sum of the experts, read by [DecoderLayer#addExperts].
    public float[] expertOutput() {
        return expertOutput;
    }

    public Routing routing() {
        return routing;
    }

    /// `[rows, hidden]`: the normed input of the attention, which is also its residual.
    public float[] normed() {
        return normed;
    }

    /// `[rows, hidden]`: what the attention adds, before its factor.
    public float[] branch() {
        return branch;
    }

    /// Lightning: `[rows, heads, 3, headDim]`; softmax: queries `[rows, heads, headDim]`.
    float[] projected() {
        return projected;
    }

    /// `[rows, kvHeads, headDim]`
    float[] keys() {
        return keys;
    }

    /// `[rows, kvHeads, headDim]`
    float[] values() {
        return values;
    }

    /// `[rows, heads, headDim]`: the output gate of lightning attention before its sigmoid.
    float[] gates() {
        return gates;
    }

    /// `[rows, heads, headDim]`
    float[] attended() {
        return attended;
    }
}
