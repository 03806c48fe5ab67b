package io.thunderhead.cluster.placement;

/// In which type the keys and values of softmax layers are kept.
public enum KvType {
    FLOAT32(4),
    BF16(2);

    private final int bytes;

    KvType(int bytes) {
        this.bytes = bytes;
    }

    int bytes() {
        return bytes;
    }
}
