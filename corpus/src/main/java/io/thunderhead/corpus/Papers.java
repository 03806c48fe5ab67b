package io.thunderhead.corpus;

import io.thunderhead.corpus.words.Dice;
import io.thunderhead.corpus.words.Names;
import io.thunderhead.corpus.words.Split;
import java.util.List;
import java.util.function.ToIntFunction;

/// A fresh set of papers in one document, with the truth about each and questions on them. Immutable.
public final class Papers {
    private final PaperDocument papers;
    private final Document document;
    private final Split split;
    private final long seed;

    private Papers(PaperDocument papers, Document document, Split split, long seed) {
        this.papers = papers;
        this.document = document;
        this.split = split;
        this.seed = seed;
    }

    /// @param tokens of the document, about; a document whose facts need more is as long as they are
    public static Papers make(Split split, long seed, int count, int tokens, ToIntFunction<String> counter) {
        Dice dice = Dice.of(seed, 0);
        PaperStyle style = new PaperStyle(true, true, true, true, true);
        PaperDocument papers = new PaperDocument(count, style, new Names(split, dice), dice);
        return new Papers(papers, papers.write(tokens, counter, split, dice), split, seed);
    }

    public String text() {
        return document.text();
    }

    public List<Paper> papers() {
        return papers.papers().stream().map(PaperFacts::paper).toList();
    }

    /// Which data sets the paper uses.
    public Question dataSets(Paper paper) {
        return ask(1, paper).dataSets(facts(paper), false).in(document);
    }

    /// Which data sets the paper uses, and how large they are.
    public Question dataSetsAndSizes(Paper paper) {
        return ask(2, paper).dataSetsAndSizes(facts(paper)).in(document);
    }

    public Question authors(Paper paper) {
        return ask(3, paper).authors(facts(paper), false).in(document);
    }

    public Question size(Paper paper, DataSet dataSet) {
        int index = paper.dataSets().indexOf(dataSet);
        return ask(4 + index, paper).size(facts(paper), index).in(document);
    }

    public Question usedBy(Paper paper, DataSet dataSet) {
        int index = paper.dataSets().indexOf(dataSet);
        return ask(8 + index, paper).usedBy(facts(paper), index).in(document);
    }

    /// The same words for the same question, whatever was asked before.
    private PaperQuestions ask(int form, Paper paper) {
        return new PaperQuestions(split, Dice.of(seed, 100L * paper.number() + form));
    }

    private PaperFacts facts(Paper paper) {
        return papers.papers().get(paper.number() - 1);
    }
}
