package io.thunderhead.model.kernels;

/// How fast the heads of one lightning layer forget: head `a` multiplies its state by `exp(-slope(a))` a token.
/// Powers are computed in double and rounded once; none has a positive exponent, so nothing overflows.
/// Source: spec section 5, steps 3 to 5.
public final class LightningDecay {
    private final int headCount;
    private final int headDim;
    private final int blockSize;
    private final double[] slopes;
    private final float[][] fallingPowers;

    /// @param layerCount of the whole model, not of a stage
    public LightningDecay(int layerIndex, int layerCount, int headCount, int headDim, int blockSize) {
        this.headCount = headCount;
        this.headDim = headDim;
        this.blockSize = blockSize;
        this.fallingPowers = new float[headCount][];
        this.slopes = slopes(headCount);
        double layerFactor = (layerCount <= 1 ? 1 : 1 - layerIndex / (layerCount - 1.0)) + 1e-5;
        for (int head = 0; head < headCount; head++) {
            slopes[head] *= layerFactor;
            fallingPowers[head] = fallingPowers(slopes[head], blockSize);
        }
    }

    /// What a head's state loses a token: it is multiplied by `exp(-slope)`.
    public double slope(int head) {
        return slopes[head];
    }

    int headCount() {
        return headCount;
    }

    int headDim() {
        return headDim;
    }

    int blockSize() {
        return blockSize;
    }

    /// `exp(-slope * tokens)`, `0 <= tokens <= blockSize`.
    float power(int head, int tokens) {
        return fallingPowers[head][blockSize - tokens];
    }

    /// `exp(-slope * (blockSize - i))` at index `i`: powers in falling order of the exponent, so that the decays of
    /// consecutive keys stand next to each other.
    float[] fallingPowers(int head) {
        return fallingPowers[head];
    }

    /// Base slopes of the heads, as in ALiBi: `2^(-8 (a + 1) / heads)` when `heads` is a power of two; else the slopes
    /// of the next lower power, then every second one of the next higher.
    static double[] slopes(int headCount) {
        double[] slopes = new double[headCount];
        int power = Integer.highestOneBit(headCount);
        for (int head = 0; head < headCount; head++) {
            slopes[head] = head < power
                    ? Math.pow(2, -8.0 * (head + 1) / power)
                    : Math.pow(2, -8.0 * (2 * (head - power) + 1) / (2 * power));
        }
        return slopes;
    }

    private static float[] fallingPowers(double slope, int blockSize) {
        float[] powers = new float[blockSize + 1];
        for (int i = 0; i <= blockSize; i++) {
            powers[i] = (float) StrictMath.exp(-slope * (blockSize - i));
        }
        return powers;
    }
}
