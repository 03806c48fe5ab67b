package io.thunderhead.corpus;

import io.thunderhead.corpus.words.Dice;
import io.thunderhead.corpus.words.Names;
import io.thunderhead.corpus.words.Numbers;
import io.thunderhead.corpus.words.Phrases;
import io.thunderhead.corpus.words.Split;
import io.thunderhead.corpus.words.Values;
import java.util.ArrayList;
import java.util.List;

/// The sentences of a paper. Its title stands in every sentence that names a data set's paper: such a question must be
/// answered by one look-up.
///
/// @param uses sentences in which the title follows the data set's name
record PaperFacts(
        Paper paper,
        Fact title,
        Fact authors,
        Fact count,
        List<Fact> sets,
        List<Fact> sizes,
        List<Fact> uses,
        List<Fact> others) {
    static final Phrases PHRASES = Phrases.read("papers.txt");
    private static final double ASIDE_SHARE = 0.6;
    private static final List<String> ORDINALS = List.of("first_ordinal", "second_ordinal", "third_ordinal");

    static PaperFacts of(Paper paper, PaperStyle style, Names names, Dice dice) {
        Split split = names.split();
        Values values = new Values(names, dice)
                .put("title", paper.title())
                .put("number", Integer.toString(paper.number()))
                .put("authors", Numbers.listed(paper.authors()))
                .put("count", Numbers.cardinal(paper.dataSets().size()));
        List<Fact> sets = new ArrayList<>();
        List<Fact> sizes = new ArrayList<>();
        List<Fact> uses = new ArrayList<>();
        for (int i = 0; i < paper.dataSets().size(); i++) {
            DataSet set = paper.dataSets().get(i);
            values.put("set", set.name()).put("size", set.size()).put("unit", set.unit());
            sets.add(say(style.ordinals() ? ORDINALS.get(i) : i == 0 ? "first" : "later", split, values, dice));
            sizes.add(say("size", split, values, dice));
            uses.add(say("result", split, values, dice));
            values.put("previous", set.name());
        }
        return new PaperFacts(
                paper,
                say(style.numbered() ? "numbered_title_line" : "title_line", split, values, dice),
                say("authors", split, values, dice),
                say("count", split, values, dice),
                sets,
                sizes,
                uses,
                others(style, split, values, dice));
    }

    /// What nobody asks for: all name the title. In training some name a person or a place too, which is no answer.
    private static List<Fact> others(PaperStyle style, Split split, Values values, Dice dice) {
        List<Fact> others = new ArrayList<>();
        if (style.full()) {
            others.add(say("setting", split, values, dice));
            others.add(say("method", split, values, dice));
        }
        if (split == Split.TRAIN && dice.chance(ASIDE_SHARE)) {
            others.add(say("aside", split, values, dice));
        }
        return others;
    }

    /// In the order of the paper, without its title.
    List<Fact> ordered() {
        List<Fact> ordered = new ArrayList<>();
        ordered.add(authors);
        ordered.addAll(others);
        ordered.add(count);
        for (int i = 0; i < sets.size(); i++) {
            ordered.add(sets.get(i));
            ordered.add(sizes.get(i));
        }
        ordered.addAll(uses);
        return ordered;
    }

    private static Fact say(String section, Split split, Values values, Dice dice) {
        return new Fact(PHRASES.say(section, split, values, dice));
    }
}
