package io.thunderhead.model.kernels;

import io.thunderhead.model.config.ResidualFactors;
import java.util.Arrays;

/// Plain loops: the definition of correct.
final class PlainArithmetic implements Arithmetic {
    @Override
    public String description() {
        return "plain loops";
    }

    /// Step by step of the depth, so that a row of B is read once for all rows.
    @Override
    public void multiply(Product product) {
        if (product.fromZero) {
            for (int row = 0; row < product.rows; row++) {
                Arrays.fill(product.c, product.cRow(row), product.cRow(row) + product.columns, 0);
            }
        }
        int depthMax = product.depthOf(product.rows - 1);
        for (int k = 0; k < depthMax; k++) {
            float[] b = product.bRow(k);
            for (int row = product.firstRowDeeperThan(k); row < product.rows; row++) {
                addStep(product.a[product.aRow(row) + k], b, product.c, product.cRow(row), product.columns);
            }
        }
    }

    @Override
    public void multiply(BlockProduct block) {
        for (int panel = block.firstPanel; panel < block.endPanel; panel++) {
            multiply(block.product(panel));
            block.scaleColumns(this, panel);
        }
    }

    /// The next step of a row's chains.
    private static void addStep(float a, float[] b, float[] c, int offset, int columns) {
        for (int column = 0; column < columns; column++) {
            c[offset + column] = Math.fma(a, b[column], c[offset + column]);
        }
    }

    @Override
    public void recur(Recurrence recurrence) {
        for (int column = 0; column < recurrence.headDim; column++) {
            recurrence.column(column);
        }
    }

    @Override
    public float sumOfSquares(float[] x, int offset, int count, float[] partial) {
        Arrays.fill(partial, 0);
        for (int i = 0; i < count; i++) {
            float value = x[offset + i];
            partial[i % PARTIAL_SUMS] = Math.fma(value, value, partial[i % PARTIAL_SUMS]);
        }
        return Arithmetic.fold(partial);
    }

    @Override
    public float max(float[] x, int offset, int count) {
        float largest = Float.NEGATIVE_INFINITY;
        for (int i = 0; i < count; i++) {
            largest = Math.max(largest, x[offset + i]);
        }
        return largest;
    }

    @Override
    public float expAndSum(float[] x, int offset, int count, float shift, float[] partial) {
        Arrays.fill(partial, 0);
        for (int i = 0; i < count; i++) {
            x[offset + i] = Exponential.exp(x[offset + i] - shift);
            partial[i % PARTIAL_SUMS] += x[offset + i];
        }
        return Arithmetic.fold(partial);
    }

    @Override
    public void gate(float[] x, float[] gate, int offset, int count) {
        for (int i = offset; i < offset + count; i++) {
            x[i] = x[i] / (1 + Exponential.exp(-gate[i]));
        }
    }

    @Override
    public void multiply(float[] x, int offset, float[] factors, int factorsOffset, int count) {
        Elementwise.multiply(x, offset, factors, factorsOffset, 0, count);
    }

    @Override
    public void scaleAndWeigh(float[] x, float scale, float[] weights, float[] y, int offset) {
        Elementwise.scaleAndWeigh(x, scale, weights, y, offset, 0);
    }

    @Override
    public void addResidual(
            ResidualFactors factors, float[] residual, float[] branch, float[] y, int offset, int count) {
        Elementwise.addResidual(factors, residual, branch, y, offset, offset + count);
    }
}
