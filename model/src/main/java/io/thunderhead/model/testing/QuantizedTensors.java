package io.thunderhead.model.testing;

import io.thunderhead.model.checkpoint.Quantization;
import io.thunderhead.model.checkpoint.StoredTensor;
import io.thunderhead.model.checkpoint.TensorSource;

/// The same weights, to be quantized while they are loaded.
public record QuantizedTensors(TensorSource stored) implements TensorSource {
    @Override
    public StoredTensor tensor(String name, int... expectedShape) {
        return stored.tensor(name, expectedShape);
    }

    @Override
    public Quantization quantization() {
        return Quantization.INT8;
    }
}
