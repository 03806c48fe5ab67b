package io.thunderhead.model.kernels;

/// Heads of a softmax layer.
public record HeadShape(int headCount, int kvHeadCount, int headDim) {
    public HeadShape {
        if (kvHeadCount <= 0 || headCount % kvHeadCount != 0) {
            throw new IllegalArgumentException(
                    "heads: expected a multiple of " + kvHeadCount + " kv heads, got " + headCount);
        }
    }

    /// Query heads that read one kv head.
    int groupSize() {
        return headCount / kvHeadCount;
    }
}
