package io.thunderhead.corpus;

import io.thunderhead.corpus.words.Dice;
import io.thunderhead.corpus.words.Filler;
import io.thunderhead.corpus.words.Names;
import io.thunderhead.corpus.words.Split;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToIntFunction;
import java.util.stream.IntStream;

/// Several papers in one text, their facts spread over it with filler between.
final class PaperDocument {
    private final PaperStyle style;
    private final List<PaperFacts> papers;

    PaperDocument(int count, PaperStyle style, Names names, Dice dice) {
        this.style = style;
        this.papers = IntStream.rangeClosed(1, count)
                .mapToObj(number -> PaperFacts.of(Paper.invent(number, names, dice), style, names, dice))
                .toList();
    }

    List<PaperFacts> papers() {
        return papers;
    }

    PaperStyle style() {
        return style;
    }

    Document write(int tokens, ToIntFunction<String> counter, Split split, Dice dice) {
        int facts = papers.stream()
                .flatMap(paper -> sentences(paper).stream())
                .mapToInt(fact -> counter.applyAsInt(" " + fact.text()) + 1)
                .sum();
        int gaps = papers.stream().mapToInt(paper -> paper.ordered().size()).sum();
        int[] filler = Spread.of(tokens - facts - heads(tokens - facts, counter), gaps, dice);
        DocumentWriter writer = new DocumentWriter(counter, split, Filler.SCIENCE, dice);
        int gap = 0;
        for (PaperFacts paper : papers) {
            writer.line(paper.title().text(), paper.title());
            writer.heads(style.heads() ? paper.paper().title() : "");
            for (Fact fact : paper.ordered()) {
                section(paper, fact, writer);
                writer.fact(fact);
                writer.filler(filler[gap++]);
            }
        }
        return writer.finish();
    }

    /// What the running heads take of the room beside the facts, if the papers are equally long.
    private int heads(int room, ToIntFunction<String> counter) {
        int head =
                counter.applyAsInt("\n\npage 2 of " + papers.getFirst().paper().title());
        int ofPaper = room / papers.size() / (DocumentWriter.TOKENS_PER_HEAD + head);
        return style.heads() ? papers.size() * ofPaper * head : 0;
    }

    private void section(PaperFacts paper, Fact fact, DocumentWriter writer) {
        if (!style.sections()) {
            return;
        }
        if (fact == paper.others().getFirst()) {
            section("Setting", writer);
        } else if (fact == paper.count()) {
            section("Data", writer);
        } else if (fact == paper.uses().getFirst()) {
            section("Results", writer);
        }
    }

    private static void section(String name, DocumentWriter writer) {
        writer.line(name, null);
        writer.fillerSentence();
    }

    private static List<Fact> sentences(PaperFacts paper) {
        List<Fact> sentences = new ArrayList<>(paper.ordered());
        sentences.add(paper.title());
        return sentences;
    }
}
