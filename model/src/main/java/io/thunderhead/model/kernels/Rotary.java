package io.thunderhead.model.kernels;

/// Rotary position embedding of the first `rotaryDim` dimensions of a head, NeoX pairing: dimension `j` turns with
/// `j + rotaryDim / 2`. Angles are computed in double, since a float32 product is off by tenths of a radian at
/// positions in the millions. Source: spec section 6.2.
public final class Rotary {
    private final HeadShape shape;
    private final double[] frequencies;

    public Rotary(HeadShape shape, int rotaryDim, double theta) {
        this.shape = shape;
        this.frequencies = new double[rotaryDim / 2];
        for (int j = 0; j < frequencies.length; j++) {
            frequencies[j] = StrictMath.pow(theta, -2.0 * j / rotaryDim);
        }
    }

    HeadShape shape() {
        return shape;
    }

    /// Pairs of dimensions that turn.
    public int pairCount() {
        return frequencies.length;
    }

    /// Writes the cosines of a position's angles to `turns[0..pairCount)` and the sines behind them. Not by
    /// `StrictMath`, which allocates; `Math` rounds these doubles the same way on all machines of one architecture.
    public void turnsAt(int position, float[] turns) {
        for (int j = 0; j < frequencies.length; j++) {
            double angle = position * frequencies[j];
            turns[j] = (float) Math.cos(angle);
            turns[frequencies.length + j] = (float) Math.sin(angle);
        }
    }

    /// Turns one head in place.
    void turn(float[] head, int offset, float[] turns) {
        int pairs = frequencies.length;
        for (int j = 0; j < pairs; j++) {
            float cos = turns[j];
            float sin = turns[pairs + j];
            float low = head[offset + j];
            float high = head[offset + pairs + j];
            head[offset + j] = Math.fma(low, cos, -(high * sin));
            head[offset + pairs + j] = Math.fma(high, cos, low * sin);
        }
    }
}
