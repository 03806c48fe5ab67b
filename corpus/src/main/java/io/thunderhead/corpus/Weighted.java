package io.thunderhead.corpus;

import io.thunderhead.corpus.words.Dice;
import java.util.Map;
import java.util.Set;

/// Choices that are not equally likely.
final class Weighted {
    private Weighted() {}

    /// One of the keys that are allowed; at least one must be.
    static <K> K pick(Map<K, Integer> weights, Set<K> allowed, Dice dice) {
        int sum = weights.entrySet().stream()
                .filter(weight -> allowed.contains(weight.getKey()))
                .mapToInt(Map.Entry::getValue)
                .sum();
        int left = dice.below(sum);
        for (Map.Entry<K, Integer> weight : weights.entrySet()) {
            if (allowed.contains(weight.getKey())) {
                left -= weight.getValue();
                if (left < 0) {
                    return weight.getKey();
                }
            }
        }
        throw new IllegalStateException("expected weights that add up to " + sum);
    }
}
