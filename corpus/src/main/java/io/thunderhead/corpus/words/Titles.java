package io.thunderhead.corpus.words;

/// Titles of papers, such as "Sparse Harvesting of Kolvani Graphs", always in quotation marks.
public final class Titles {
    private static final int TRIES_MAX = 40;
    private static final Phrases PHRASES = Phrases.read("papers.txt");

    private Titles() {}

    public static String title(Names names, Dice dice) {
        return '"' + bare(names, dice) + '"';
    }

    /// Without quotation marks.
    public static String bare(Names names, Dice dice) {
        String first = dice.pick(Lexicon.words("title_first"));
        for (int tries = 0; tries < TRIES_MAX && !names.takeFirstTitleWord(first); tries++) {
            first = dice.pick(Lexicon.words("title_first"));
        }
        Values values = new Values(null, dice).put("name", names.name()).put("title_first", first);
        return PHRASES.say("title", names.split(), values, dice);
    }
}
