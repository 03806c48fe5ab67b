package io.thunderhead.tornado;

/// Rows that a device's graphs take at most: decoding of one, of a few, of many sequences, and a chunk of a prompt.
final class GraphSizes {
    /// For kernels from Java, which are compiled again for each graph.
    static final GraphSizes FEW =
            new GraphSizes(new int[] {1, 8, 64, 512}, new int[] {2, 16, 128, 1024}, new int[] {1, 8, 64});

    /// For kernels in CUDA C: whole arrays cross in every run, so more sizes move less.
    static final GraphSizes MANY = new GraphSizes(
            new int[] {1, 2, 4, 8, 16, 32, 64, 128, 256, 512},
            new int[] {2, 4, 8, 16, 32, 64, 128, 256, 512, 1024},
            new int[] {1, 2, 4, 8, 16, 32, 64});

    private final int[] layers;
    private final int[] experts;
    private final int[] head;

    private GraphSizes(int[] layers, int[] experts, int[] head) {
        this.layers = layers;
        this.experts = experts;
        this.head = head;
    }

    int[] layers() {
        return layers.clone();
    }

    int[] experts() {
        return experts.clone();
    }

    int[] head() {
        return head.clone();
    }
}
