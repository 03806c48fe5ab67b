package io.thunderhead.corpus;

import io.thunderhead.corpus.words.Dice;

/// How the papers of one document are written.
///
/// @param numbered `Paper 3: TITLE`
/// @param ordinals `the second data set` rather than `also`
/// @param heads a running head above every page
/// @param sections headings such as `Results`
/// @param full with setting and method; short documents leave them out
record PaperStyle(boolean numbered, boolean ordinals, boolean heads, boolean sections, boolean full) {
    static PaperStyle of(boolean full, Dice dice) {
        return new PaperStyle(dice.chance(0.5), dice.chance(0.5), dice.chance(0.75), full && dice.chance(0.5), full);
    }
}
