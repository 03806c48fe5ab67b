package io.thunderhead.corpus;

import io.thunderhead.corpus.words.Dice;
import io.thunderhead.corpus.words.Names;
import io.thunderhead.corpus.words.Numbers;
import io.thunderhead.corpus.words.Phrases;
import io.thunderhead.corpus.words.Split;
import io.thunderhead.corpus.words.Titles;
import io.thunderhead.corpus.words.Values;
import java.util.List;

/// Questions on papers and their answers. Every token of an answer can be looked up by the question and the answer so
/// far: the title comes first, then what belongs to it in the order of the document.
final class PaperQuestions {
    private static final Phrases PHRASES = PaperFacts.PHRASES;

    private final Split split;
    private final Dice dice;

    PaperQuestions(Split split, Dice dice) {
        this.split = split;
        this.dice = dice;
    }

    Draft dataSets(PaperFacts facts, boolean byNumber) {
        String form = byNumber ? "sets_numbered" : "sets";
        return draft(
                Task.DATA_SETS, facts.sets(), "ask_" + form, "answer_" + form + "_" + count(facts), of(facts.paper()));
    }

    Draft dataSetsAndSizes(PaperFacts facts) {
        Values values = of(facts.paper());
        for (int i = 0; i < facts.paper().dataSets().size(); i++) {
            DataSet set = facts.paper().dataSets().get(i);
            values.put("size" + (i + 1), set.size() + " " + set.unit());
        }
        return draft(
                Task.DATA_SETS_AND_SIZES, facts.sets(), "ask_sets_sizes", "answer_sets_sizes_" + count(facts), values);
    }

    Draft authors(PaperFacts facts, boolean byNumber) {
        String form = byNumber ? "authors_numbered" : "authors";
        return draft(Task.AUTHORS, List.of(facts.authors()), "ask_" + form, "answer_" + form, of(facts.paper()));
    }

    Draft size(PaperFacts facts, int set) {
        return draft(Task.SIZE, List.of(facts.sizes().get(set)), "ask_size", "answer_size", of(facts, set));
    }

    /// The size again, after the user has taken back the question before.
    Draft sizeInstead(PaperFacts facts, int set) {
        return draft(Task.CORRECTION, List.of(facts.sizes().get(set)), "ask_size_fix", "answer_size", of(facts, set));
    }

    Draft usedBy(PaperFacts facts, int set) {
        return draft(Task.USED_BY, List.of(facts.uses().get(set)), "ask_used_by", "answer_used_by", of(facts, set));
    }

    /// About a title or a data set that the document does not have.
    Draft notStated(Names names) {
        if (dice.chance(0.5)) {
            String ask = dice.pick(List.of("ask_sets", "ask_sets_sizes", "ask_authors"));
            Values values = new Values(null, dice).put("title", Titles.title(names, dice));
            return draft(Task.NOT_STATED, List.of(), ask, "answer_no_paper", values);
        }
        String ask = dice.pick(List.of("ask_size", "ask_used_by"));
        Values values = new Values(null, dice).put("set", names.name());
        return draft(Task.NOT_STATED, List.of(), ask, "answer_no_set", values);
    }

    private Draft draft(Task task, List<Fact> facts, String ask, String answer, Values values) {
        return new Draft(task, facts, PHRASES.say(ask, split, values, dice), PHRASES.say(answer, split, values, dice));
    }

    private static int count(PaperFacts facts) {
        return facts.paper().dataSets().size();
    }

    private Values of(PaperFacts facts, int set) {
        DataSet dataSet = facts.paper().dataSets().get(set);
        return of(facts.paper())
                .put("set", dataSet.name())
                .put("size", dataSet.size())
                .put("unit", dataSet.unit());
    }

    private Values of(Paper paper) {
        Values values = new Values(null, dice)
                .put("title", paper.title())
                .put("number", Integer.toString(paper.number()))
                .put("ordinal", Numbers.ordinal(paper.number()))
                .put("authors", Numbers.listed(paper.authors()));
        for (int i = 0; i < paper.dataSets().size(); i++) {
            values.put("set" + (i + 1), paper.dataSets().get(i).name());
        }
        return values;
    }
}
