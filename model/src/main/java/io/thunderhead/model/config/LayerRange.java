package io.thunderhead.model.config;

/// Layers `[first, end)` of a model.
public record LayerRange(int first, int end) {
    public LayerRange {
        if (first < 0 || end <= first) {
            throw new IllegalArgumentException("layers: expected 0 <= first < end, got [" + first + ", " + end + ")");
        }
    }

    public int count() {
        return end - first;
    }

    public boolean contains(int layerIndex) {
        return layerIndex >= first && layerIndex < end;
    }

    @Override
    public String toString() {
        return first + ".." + (end - 1);
    }
}
