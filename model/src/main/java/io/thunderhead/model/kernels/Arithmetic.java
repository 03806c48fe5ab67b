package io.thunderhead.model.kernels;

import io.thunderhead.model.config.ResidualFactors;

/// The inner loops, each on one thread, that are worth a vector twin. Both twins give the same bits.
interface Arithmetic {
    int PARTIAL_SUMS = 16;

    /// What and how wide, for the log.
    String description();

    void multiply(Product product);

    /// As [#multiply(Product)] of every panel, then [BlockProduct#scaleColumns].
    void multiply(BlockProduct block);

    void recur(Recurrence recurrence);

    /// 16 partial sums, of every 16th element each, folded by [#fold].
    ///
    /// @param partial scratch for [#PARTIAL_SUMS] floats
    float sumOfSquares(float[] x, int offset, int count, float[] partial);

    float max(float[] x, int offset, int count);

    /// `x = exp(x - shift)`; returns the sum, from 16 partial sums as in [#sumOfSquares].
    float expAndSum(float[] x, int offset, int count, float shift, float[] partial);

    /// `x = x / (1 + exp(-gate))`: the sigmoid of `gate` times `x`; SiLU when both are one array.
    void gate(float[] x, float[] gate, int offset, int count);

    /// `x = x * factors`
    void multiply(float[] x, int offset, float[] factors, int factorsOffset, int count);

    /// `y = (x * scale) * weights` for a row that begins at `offset` of both
    void scaleAndWeigh(float[] x, float scale, float[] weights, float[] y, int offset);

    /// `y = fma(alpha, residual, beta * branch)`
    void addResidual(ResidualFactors factors, float[] residual, float[] branch, float[] y, int offset, int count);

    /// Folds the partial sums in place: `s[i] + s[i + 8]`, then `+ 4`, `+ 2`, `+ 1`.
    static float fold(float[] partial) {
        for (int half = PARTIAL_SUMS / 2; half > 0; half /= 2) {
            for (int i = 0; i < half; i++) {
                partial[i] += partial[i + half];
            }
        }
        return partial[0];
    }
}
