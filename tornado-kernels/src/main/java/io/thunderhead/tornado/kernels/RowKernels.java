package io.thunderhead.tornado.kernels;

import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.math.TornadoMath;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/// Norms, factors and gates: one group of [#GROUP] threads a row.
///
/// Grid: `[rows * GROUP]`, local `[GROUP]`. `step` is `[row count, layer]`; rows from the count on are left alone.
public final class RowKernels {
    public static final int GROUP = 128;

    private RowKernels() {}

    /// `y = x / sqrt(mean(x^2) + eps) * weights[layer]`; `y` may be `x`.
    ///
    /// @param weights `[layers, width]`
    public static void rmsNorm(
            KernelContext context,
            IntArray step,
            FloatArray x,
            FloatArray weights,
            FloatArray y,
            int width,
            float eps) {
        float[] squares = context.allocateFloatLocalArray(GROUP);
        int row = context.groupIdx;
        int thread = context.localIdx;
        if (row < step.get(0)) {
            float sum = 0f;
            for (int i = thread; i < width; i += GROUP) {
                float value = x.get(row * width + i);
                sum += value * value;
            }
            squares[thread] = sum;
            context.localBarrier();
            for (int half = GROUP / 2; half > 0; half = half / 2) {
                if (thread < half) {
                    squares[thread] += squares[thread + half];
                }
                context.localBarrier();
            }
            float scale = 1f / TornadoMath.sqrt(squares[0] / width + eps);
            int firstWeight = step.get(1) * width;
            for (int i = thread; i < width; i += GROUP) {
                y.set(row * width + i, x.get(row * width + i) * scale * weights.get(firstWeight + i));
            }
        }
    }

    /// `y = alpha * residual + beta * branch`.
    public static void addResidual(
            KernelContext context,
            IntArray step,
            FloatArray residual,
            FloatArray branch,
            FloatArray y,
            int width,
            float alpha,
            float beta) {
        int row = context.groupIdx;
        if (row < step.get(0)) {
            for (int i = context.localIdx; i < width; i += GROUP) {
                int at = row * width + i;
                y.set(at, alpha * residual.get(at) + beta * branch.get(at));
            }
        }
    }

    /// `x = x * sigmoid(x)`.
    public static void silu(KernelContext context, IntArray step, FloatArray x, int width) {
        int row = context.groupIdx;
        if (row < step.get(0)) {
            for (int i = context.localIdx; i < width; i += GROUP) {
                float value = x.get(row * width + i);
                x.set(row * width + i, value / (1f + TornadoMath.exp(-value)));
            }
        }
    }

    /// `x = x * sigmoid(gates)`.
    public static void gate(KernelContext context, IntArray step, FloatArray x, FloatArray gates, int width) {
        int row = context.groupIdx;
        if (row < step.get(0)) {
            for (int i = context.localIdx; i < width; i += GROUP) {
                int at = row * width + i;
                x.set(at, x.get(at) / (1f + TornadoMath.exp(-gates.get(at))));
            }
        }
    }

    /// `x = x * sigmoid(x) * up`: between the products of an expert.
    public static void siluTimes(KernelContext context, IntArray step, FloatArray x, FloatArray up, int width) {
        int row = context.groupIdx;
        if (row < step.get(0)) {
            for (int i = context.localIdx; i < width; i += GROUP) {
                int at = row * width + i;
                float value = x.get(at);
                x.set(at, value / (1f + TornadoMath.exp(-value)) * up.get(at));
            }
        }
    }
}
