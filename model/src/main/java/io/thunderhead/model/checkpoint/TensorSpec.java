package io.thunderhead.model.checkpoint;

import java.util.List;

/// Name and shape of a tensor that a model needs.
public record TensorSpec(String name, List<Integer> shape) {
    public TensorSpec {
        shape = List.copyOf(shape);
    }

    static TensorSpec of(String name, Integer... shape) {
        return new TensorSpec(name, List.of(shape));
    }

    public long elementCount() {
        return shape.stream().mapToLong(Integer::longValue).reduce(1, (a, b) -> a * b);
    }

    /// The shape as [TensorSource#tensor] takes it.
    public int[] dimensions() {
        return shape.stream().mapToInt(Integer::intValue).toArray();
    }
}
