package io.thunderhead.corpus;

import io.thunderhead.corpus.words.Dice;
import java.util.Arrays;

/// Divides filler among the gaps of a document.
final class Spread {
    private Spread() {}

    /// Uneven parts that add up to `total`.
    static int[] of(int total, int gaps, Dice dice) {
        return parts(total, shares(gaps, dice));
    }

    /// Uneven shares that add up to 1.
    static double[] shares(int gaps, Dice dice) {
        double[] shares = new double[gaps];
        Arrays.setAll(shares, _ -> 0.05 - Math.log(1 - dice.fraction()));
        double sum = Arrays.stream(shares).sum();
        Arrays.setAll(shares, i -> shares[i] / sum);
        return shares;
    }

    static int[] parts(int total, double[] shares) {
        int[] parts = new int[shares.length];
        double exact = 0;
        int given = 0;
        for (int i = 0; i < shares.length; i++) {
            exact += Math.max(0, total) * shares[i];
            parts[i] = (int) Math.round(exact) - given;
            given += parts[i];
        }
        return parts;
    }
}
