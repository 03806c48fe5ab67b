package io.thunderhead.corpus;

import io.thunderhead.corpus.words.Dice;
import io.thunderhead.corpus.words.Filler;
import io.thunderhead.corpus.words.Split;
import java.util.HashMap;
import java.util.Map;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/// Writes a document sentence by sentence and counts its tokens. A paragraph never begins with a fact: after a space a
/// name has the same tokens wherever it stands. Not thread-safe.
final class DocumentWriter {
    private static final String PARAGRAPH = "\n\n";
    static final int TOKENS_PER_HEAD = 256;

    private final ToIntFunction<String> counter;
    private final Split split;
    private final Filler filler;
    private final Dice dice;
    private final StringBuilder text = new StringBuilder();
    private final Map<Fact, Integer> offsets = new HashMap<>();
    private int tokens;
    private int sentencesLeft;
    private String headTitle = "";
    private int pageNumber;
    private int fillerSinceHead;
    private int fillerOwed;

    DocumentWriter(ToIntFunction<String> counter, Split split, Filler filler, Dice dice) {
        this.counter = counter;
        this.split = split;
        this.filler = filler;
        this.dice = dice;
    }

    /// A line of its own. What follows is a new paragraph.
    void line(String line, @Nullable Fact fact) {
        String separator = text.isEmpty() ? "" : PARAGRAPH;
        note(fact);
        append(separator + line);
        sentencesLeft = 0;
    }

    /// From here on a head stands above every page; an empty title ends that.
    void heads(String title) {
        headTitle = title;
        pageNumber = 1;
        fillerSinceHead = 0;
    }

    void fact(Fact fact) {
        note(fact);
        append(text.isEmpty() ? fact.text() : separator(false) + fact.text());
    }

    /// About this many tokens; what is too little for a sentence is made up for the next time.
    void filler(int count) {
        fillerOwed += count;
        while (fillerOwed > 0) {
            fillerSentence();
        }
    }

    /// One sentence, whatever is owed.
    void fillerSentence() {
        int before = tokens;
        head();
        append(separator(true) + filler.sentence(split, dice));
        fillerOwed -= tokens - before;
        fillerSinceHead += tokens - before;
    }

    int tokens() {
        return tokens;
    }

    Document finish() {
        return new Document(text.toString(), tokens, offsets);
    }

    private void head() {
        if (!headTitle.isEmpty() && fillerSinceHead >= TOKENS_PER_HEAD) {
            pageNumber++;
            line("page " + pageNumber + " of " + headTitle, null);
            fillerSinceHead = 0;
        }
    }

    private String separator(boolean mayBreak) {
        if (text.isEmpty()) {
            return "";
        }
        if (sentencesLeft > 0 || !mayBreak) {
            sentencesLeft--;
            return afterLine() ? PARAGRAPH : filler == Filler.CHINESE ? "" : " ";
        }
        sentencesLeft = dice.between(3, 8);
        return PARAGRAPH;
    }

    /// Whether the text ends with a line that is no sentence.
    private boolean afterLine() {
        return Character.isLetterOrDigit(text.charAt(text.length() - 1)) || text.charAt(text.length() - 1) == '"';
    }

    private void note(@Nullable Fact fact) {
        if (fact != null) {
            offsets.put(fact, tokens);
        }
    }

    private void append(String piece) {
        text.append(piece);
        tokens += counter.applyAsInt(piece);
    }
}
