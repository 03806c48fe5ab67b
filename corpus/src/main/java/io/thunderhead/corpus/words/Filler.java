package io.thunderhead.corpus.words;

import java.util.List;

/// Sentences that hold no fact: they name nobody and nothing that is invented.
public enum Filler {
    SCIENCE("science"),
    PROSE("prose"),
    CHINESE("zh");

    private static final Phrases PHRASES = Phrases.read("filler.txt");

    private final String section;

    Filler(String section) {
        this.section = section;
    }

    public String sentence(Split split, Dice dice) {
        List<Frame> frames = PHRASES.frames(section, split);
        return dice.pick(frames).fill(new Values(null, dice), dice);
    }
}
