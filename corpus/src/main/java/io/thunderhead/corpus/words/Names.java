package io.thunderhead.corpus.words;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// Invented names of one conversation, each given once, none a part of another. A name belongs to one split by its
/// hash. Not thread-safe.
public final class Names {
    private static final String[] ONSETS = {
        "b", "d", "f", "g", "h", "j", "k", "l", "m", "n", "p", "r", "s", "t", "v", "w", "y", "z"
    };
    private static final String[] CLUSTERS = {"bl", "br", "dr", "fl", "gr", "kl", "pr", "sh", "sk", "st", "th", "tr"};
    private static final String[] VOWELS = {"a", "e", "i", "o", "u"};
    private static final String[] CODAS = {"", "n", "r", "l", "s", "m", "k", "t", "nd", "x"};
    /// Shapes of real names, in training only: a user's own text has such names.
    private static final String[] WIDE_ONSETS = {
        "c", "ch", "qu", "x", "ph", "wh", "sch", "mc", "st", "r", "l", "m", "n", "j", "d", "b", "s", ""
    };
    private static final String[] WIDE_VOWELS = {"ae", "ai", "ei", "ee", "ia", "oo", "ou", "y", "a", "e", "i", "o"};
    private static final String[] WIDE_CODAS = {
        "ck", "rd", "ld", "ng", "tz", "lt", "ss", "ll", "tt", "th", "n", "r", "ff", "sky", "son", "h"
    };
    private static final double WIDE_SHARE = 0.15;
    private static final int SHORTEST = 3;
    private static final int TEST_SHARE = 5;
    private static final int TRIES_MAX = 10_000;

    private final Split split;
    private final Dice dice;
    private final List<String> given = new ArrayList<>();
    private final Set<String> firstTitleWords = new HashSet<>();

    public Names(Split split, Dice dice) {
        this.split = split;
        this.dice = dice;
    }

    public Split split() {
        return split;
    }

    /// Two or three syllables of 1,500, as in "Kolvani".
    public String name() {
        for (int tries = 0; tries < TRIES_MAX; tries++) {
            String name = split == Split.TRAIN && dice.chance(WIDE_SHARE) ? inventWide(dice) : invent(dice);
            if (splitOf(name) == split && isNew(name) && !Lexicon.isWord(name)) {
                given.add(name);
                return name;
            }
        }
        throw new IllegalStateException("expected a new name, got none in " + TRIES_MAX + " tries");
    }

    /// First and last name.
    public String person() {
        return name() + " " + name();
    }

    /// Whether a title may begin with this word: in one conversation its first word alone tells a title from the
    /// others, as long as there are enough words.
    boolean takeFirstTitleWord(String word) {
        return firstTitleWords.add(word);
    }

    public static Split splitOf(String name) {
        return Math.floorMod(Dice.mix(name.hashCode()), TEST_SHARE) == 0 ? Split.TEST : Split.TRAIN;
    }

    private boolean isNew(String name) {
        for (String other : given) {
            if (name.startsWith(other) || other.startsWith(name)) {
                return false;
            }
        }
        return true;
    }

    private static String inventWide(Dice dice) {
        int syllables = dice.between(1, 3);
        StringBuilder name = new StringBuilder();
        for (int i = 0; i < syllables; i++) {
            name.append(WIDE_ONSETS[dice.below(WIDE_ONSETS.length)]);
            name.append(WIDE_VOWELS[dice.below(WIDE_VOWELS.length)]);
        }
        name.append(dice.chance(0.7) ? WIDE_CODAS[dice.below(WIDE_CODAS.length)] : "");
        name.setCharAt(0, Character.toUpperCase(name.charAt(0)));
        return name.length() < SHORTEST ? invent(dice) : name.toString();
    }

    private static String invent(Dice dice) {
        int syllables = dice.chance(0.4) ? 3 : 2;
        StringBuilder name = new StringBuilder();
        for (int i = 0; i < syllables; i++) {
            String[] onsets = dice.chance(i == 0 ? 0.3 : 0.15) ? CLUSTERS : ONSETS;
            name.append(onsets[dice.below(onsets.length)]).append(VOWELS[dice.below(VOWELS.length)]);
            boolean closed = dice.chance(i == syllables - 1 ? 0.5 : 0.3);
            name.append(closed ? CODAS[dice.below(CODAS.length)] : "");
        }
        name.setCharAt(0, Character.toUpperCase(name.charAt(0)));
        return name.toString();
    }
}
