package io.thunderhead.model.kernels;

/// exp in float32 as a fixed chain of fma, so that scalar and vector code give the same bits on every machine (which
/// `Math.exp` does not promise). Relative error below 2e-7, about 1.5 ulp.
///
/// `x = n ln 2 + r` with `|r| <= ln 2 / 2`; a polynomial for `exp(r)` (coefficients: Cephes `expf`), times `2^n`.
/// Below [#MIN] the result is 0, above [#MAX] infinite.
final class Exponential {
    static final float LOG2_E = 1.442695f;
    /// ln 2 in two parts; the first has few bits, so that `n` times it is exact.
    static final float LN2_HIGH = 0x1.63p-1f;

    static final float LN2_LOW = -2.1219444e-4f;
    /// Adding it rounds to an integer and leaves that integer in the low bits of the mantissa.
    static final float ROUNDER = 0x1.8p23f;

    static final float C2 = 0.5f;
    static final float C3 = 0.16666666f;
    static final float C4 = 0.041665796f;
    static final float C5 = 0.008333452f;
    static final float C6 = 0.0013982f;
    static final float C7 = 1.987569e-4f;

    /// `2^n` stays a normal number from here ...
    static final float MIN = -87.33f;
    /// ... to here.
    static final float MAX = 88.37f;

    static final int MANTISSA_BITS = 23;
    static final int ONE_BITS = 0x3f800000;

    private Exponential() {}

    static float exp(float x) {
        float rounded = Math.fma(x, LOG2_E, ROUNDER);
        float n = rounded - ROUNDER;
        float r = Math.fma(n, -LN2_HIGH, x);
        r = Math.fma(n, -LN2_LOW, r);
        float p = Math.fma(C7, r, C6);
        p = Math.fma(p, r, C5);
        p = Math.fma(p, r, C4);
        p = Math.fma(p, r, C3);
        p = Math.fma(p, r, C2);
        p = Math.fma(p, r * r, r) + 1;
        float powerOfTwo = Float.intBitsToFloat((Float.floatToRawIntBits(rounded) << MANTISSA_BITS) + ONE_BITS);
        float result = p * powerOfTwo;
        if (x < MIN) {
            return 0;
        }
        return x > MAX ? Float.POSITIVE_INFINITY : result;
    }
}
