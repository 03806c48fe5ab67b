package io.thunderhead.corpus;

import java.util.Comparator;
import java.util.List;
import java.util.Map;

/// A text and where its facts stand.
///
/// @param offsets in tokens from the beginning
record Document(String text, int tokens, Map<Fact, Integer> offsets) {
    Document {
        offsets = Map.copyOf(offsets);
    }

    /// Of the first of these facts, from 0 to 1.
    double depth(List<Fact> facts) {
        return facts.stream()
                        .mapToInt(fact -> offsets.getOrDefault(fact, 0))
                        .min()
                        .orElse(0)
                / (double) Math.max(1, tokens);
    }

    /// The question whose facts stand nearest to this depth; the first if none rests on facts.
    Draft nearest(List<Draft> drafts, double depth) {
        return drafts.stream()
                .min(Comparator.comparingDouble(
                        draft -> draft.facts().isEmpty() ? 0 : Math.abs(depth(draft.facts()) - depth)))
                .orElseThrow();
    }
}
