package io.thunderhead.tornado;

import io.thunderhead.model.config.ResidualFactors;
import io.thunderhead.model.kernels.WeightFormat;

/// Where a layer without its experts lies on a device with CUDA. All but the formats are addresses.
///
/// @param index in the whole model
/// @param factors of the attention's residual
record CudaLayer(
        int index, ResidualFactors factors, long inputNorm, long postNorm, Matrix router, Attention attention) {

    /// @param scales of INT8
    record Matrix(WeightFormat format, int outSize, int inSize, long data, long scales) {}

    sealed interface Attention {}

    /// @param states of all slots
    record Lightning(Matrix qkv, Matrix gate, Matrix out, long norm, long slopes, long states, int slots)
            implements Attention {}

    /// @param pages of the layer
    record Softmax(Matrix query, Matrix key, Matrix value, Matrix out, long pages, int pageCount)
            implements Attention {}
}
