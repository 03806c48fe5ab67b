package io.thunderhead.model.kernels;

/// One expert: `gate` and `up` `[intermediate, hidden]` (w1 and w3), `down` `[hidden, intermediate]` (w2).
public record FeedForwardWeights(PackedMatrix gate, PackedMatrix up, PackedMatrix down) {
    public long byteSize() {
        return gate.byteSize() + up.byteSize() + down.byteSize();
    }
}
