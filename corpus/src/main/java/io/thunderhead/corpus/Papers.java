package io.thunderhead.corpus;

import io.thunderhead.corpus.words.Dice;
import io.thunderhead.corpus.words.Names;
import io.thunderhead.corpus.words.Split;
import java.util.List;
import java.util.function.ToIntFunction;

/// A set of papers in one text, with one question for each: which data sets it uses, and how large each of them is.
///
/// @param text of all papers, as it stands in the exam's one opening message
public record Papers(List<Paper> papers, String text, Exam exam) {
    private static final Opening BARE = new Opening("", "", "", "");

    public Papers {
        papers = List.copyOf(papers);
    }

    /// The same seed gives the same papers.
    ///
    /// @param tokens of the conversation with all answers, about; the papers' facts alone may have more
    /// @param counter how many tokens a text has
    public static Papers of(Split split, long seed, int count, int tokens, ToIntFunction<String> counter) {
        Dice dice = Dice.of(seed, 0);
        Lengths lengths = new Lengths(counter);
        PaperDocument papers =
                new PaperDocument(count, new PaperStyle(true, true, true, true, true), new Names(split, dice), dice);
        PaperQuestions ask = new PaperQuestions(split, dice);
        List<Draft> drafts = papers.papers().stream().map(ask::dataSetsAndSizes).toList();
        Document document = papers.write(lengths.left(tokens, BARE, drafts), counter, split, dice);
        return new Papers(
                papers.papers().stream().map(PaperFacts::paper).toList(),
                document.text(),
                Exam.on(document, BARE, drafts));
    }
}
