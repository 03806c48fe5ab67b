package io.thunderhead.corpus;

import io.thunderhead.corpus.words.Dice;
import java.util.Arrays;

/// Divides filler among the gaps of a document.
final class Spread {
    private Spread() {}

    /// Uneven parts that add up to `total`.
    static int[] of(int total, int gaps, Dice dice) {
        double[] weights = new double[gaps];
        Arrays.setAll(weights, _ -> 0.05 - Math.log(1 - dice.fraction()));
        double sum = Arrays.stream(weights).sum();
        int[] parts = new int[gaps];
        double exact = 0;
        int given = 0;
        for (int i = 0; i < gaps; i++) {
            exact += Math.max(0, total) * weights[i] / sum;
            parts[i] = (int) Math.round(exact) - given;
            given += parts[i];
        }
        return parts;
    }
}
