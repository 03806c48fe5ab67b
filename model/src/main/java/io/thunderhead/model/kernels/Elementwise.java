package io.thunderhead.model.kernels;

/// Loops in which no element depends on another: the compiler's own vectors give the same bits as one by one.
final class Elementwise {
    private Elementwise() {}

    /// `x = x * factor`
    static void scale(float[] x, int offset, int count, float factor) {
        for (int i = offset; i < offset + count; i++) {
            x[i] *= factor;
        }
    }

    /// `x = x * factors`
    static void multiply(float[] x, int offset, float[] factors, int factorsOffset, int count) {
        for (int i = 0; i < count; i++) {
            x[offset + i] *= factors[factorsOffset + i];
        }
    }

    /// `y = (x * scale) * weights`
    static void scaleAndWeigh(float[] x, float scale, float[] weights, float[] y, int offset) {
        for (int i = 0; i < weights.length; i++) {
            y[offset + i] = x[offset + i] * scale * weights[i];
        }
    }

    /// `y = fma(alpha, residual, beta * branch)`
    static void addResidual(
            float alpha, float[] residual, float beta, float[] branch, float[] y, int offset, int count) {
        for (int i = offset; i < offset + count; i++) {
            y[i] = Math.fma(alpha, residual[i], beta * branch[i]);
        }
    }
}
