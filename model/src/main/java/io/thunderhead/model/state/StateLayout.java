package io.thunderhead.model.state;

import io.thunderhead.model.config.LayerKind;
import io.thunderhead.model.config.LayerRange;
import io.thunderhead.model.config.ModelConfig;

/// Where a sequence's memory of one stage lies. All values are float32, native byte order.
///
/// - Lightning: for each lightning layer of the stage, in order, `[heads, headDim (of k), headDim (of v)]`.
/// - KV page, the keys and values of [#PAGE_TOKENS] consecutive positions: for each softmax layer of the stage, in
///   order, and each kv head, keys `[headDim, PAGE_TOKENS]` (transposed, so that lanes run over tokens), then values
///   `[PAGE_TOKENS, headDim]`.
public final class StateLayout {
    /// Also the lightning block, so that a snapshot at a block's end is one at a page's end.
    public static final int PAGE_TOKENS = 256;

    private final ModelConfig config;
    private final LayerRange layers;
    /// By layer of the stage: which of the stage's layers of its kind it is, from 0.
    private final int[] slots;

    private final int lightningLayerCount;

    public StateLayout(ModelConfig config, LayerRange layers) {
        this.config = config;
        this.layers = layers;
        this.slots = new int[layers.count()];
        int lightning = 0;
        for (int i = 0; i < slots.length; i++) {
            boolean isLightning = config.layerKinds().get(layers.first() + i) == LayerKind.LIGHTNING;
            slots[i] = isLightning ? lightning++ : i - lightning;
        }
        this.lightningLayerCount = lightning;
    }

    /// Bytes of all lightning states of one sequence.
    public long lightningBytes() {
        return lightningLayerCount * lightningLayerBytes();
    }

    public long pageBytes() {
        return (layers.count() - lightningLayerCount) * pageLayerBytes();
    }

    public int pagesFor(int tokenCount) {
        return Math.ceilDiv(tokenCount, PAGE_TOKENS);
    }

    public int lightningLayerCount() {
        return lightningLayerCount;
    }

    public long lightningLayerBytes() {
        return (long) config.attentionSize() * config.headDim() * Float.BYTES;
    }

    /// Which of the stage's lightning layers this one is, from 0.
    int lightningSlot(int layerIndex) {
        return slots[layerIndex - layers.first()];
    }

    /// Offset in a page of the keys of a softmax layer's kv head.
    long keysOffset(int layerIndex, int kvHead) {
        long layer = slots[layerIndex - layers.first()] * pageLayerBytes();
        return layer + 2L * kvHead * headPlaneBytes();
    }

    long valuesOffset(int layerIndex, int kvHead) {
        return keysOffset(layerIndex, kvHead) + headPlaneBytes();
    }

    /// One softmax layer's part of a page.
    public long pageLayerBytes() {
        return 2L * config.kvHeadCount() * headPlaneBytes();
    }

    /// Keys, or values, of one kv head in one page.
    private long headPlaneBytes() {
        return (long) config.headDim() * PAGE_TOKENS * Float.BYTES;
    }
}
