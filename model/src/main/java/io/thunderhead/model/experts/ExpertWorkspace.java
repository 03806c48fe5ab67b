package io.thunderhead.model.experts;

import io.thunderhead.model.config.ModelConfig;

/// Buffers of one [ExpertBank#run]; they grow to the largest batch seen. One thread at a time.
public final class ExpertWorkspace {
    private final int hiddenSize;
    private final int intermediateSize;

    /// Where each slot's row stands in `input`: `[rows, topK]`.
    int[] positions = new int[0];

    /// Of each expert: where its next row goes.
    final int[] places;

    /// First gathered row of every group, and behind the last group the end.
    final int[] firstRows;

    /// The groups' experts, ascending.
    final int[] experts;

    float[] input = new float[0];
    float[] activated = new float[0];
    float[] output = new float[0];

    public ExpertWorkspace(ModelConfig config) {
        this.hiddenSize = config.hiddenSize();
        this.intermediateSize = config.intermediateSize();
        this.places = new int[config.expertCount()];
        this.firstRows = new int[config.expertCount() + 1];
        this.experts = new int[config.expertCount()];
    }

    /// Makes room for so many slots, filled or not.
    void reserve(int slots) {
        if (positions.length < slots) {
            positions = new int[slots];
            input = new float[Math.multiplyExact(slots, hiddenSize)];
            activated = new float[Math.multiplyExact(slots, intermediateSize)];
            output = new float[input.length];
        }
    }
}
