package io.thunderhead.model.kernels;

import io.thunderhead.model.config.ResidualFactors;

/// Loops in which no element depends on another, one by one. [#scale] has no vector twin: the compiler makes one, of
/// the same bits. Those over two arrays it leaves as they are, since the arrays might overlap.
final class Elementwise {
    private Elementwise() {}

    /// `x = x * factor`
    static void scale(float[] x, int offset, int count, float factor) {
        for (int i = offset; i < offset + count; i++) {
            x[i] *= factor;
        }
    }

    /// See [Arithmetic#multiply(float[], int, float[], int, int)]; from element `first` on.
    static void multiply(float[] x, int offset, float[] factors, int factorsOffset, int first, int count) {
        for (int i = first; i < count; i++) {
            x[offset + i] *= factors[factorsOffset + i];
        }
    }

    /// See [Arithmetic#scaleAndWeigh]; from element `first` on.
    static void scaleAndWeigh(float[] x, float scale, float[] weights, float[] y, int offset, int first) {
        for (int i = first; i < weights.length; i++) {
            y[offset + i] = x[offset + i] * scale * weights[i];
        }
    }

    /// See [Arithmetic#addResidual]; elements `[first, end)`.
    static void addResidual(ResidualFactors factors, float[] residual, float[] branch, float[] y, int first, int end) {
        for (int i = first; i < end; i++) {
            y[i] = Math.fma(factors.alpha(), residual[i], factors.beta() * branch[i]);
        }
    }
}
