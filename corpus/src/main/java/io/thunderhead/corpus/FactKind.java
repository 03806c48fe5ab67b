package io.thunderhead.corpus;

import io.thunderhead.corpus.words.Dice;
import io.thunderhead.corpus.words.Phrases;
import io.thunderhead.corpus.words.Split;
import io.thunderhead.corpus.words.Values;
import java.util.ArrayList;
import java.util.List;

/// A kind of fact as a resource file describes it: sections `NAME_fact` (or `NAME_fact_1`, `NAME_fact_2`), `NAME_ask`,
/// `NAME_answer` and `NAME_none`.
record FactKind(Phrases phrases, String name, Task task) {
    /// The lines `name | task` of section `[kinds]`.
    static List<FactKind> of(Phrases phrases) {
        return phrases.lines("kinds").stream()
                .map(line -> line.split(" \\| ", -1))
                .map(fields -> new FactKind(phrases, fields[0], Task.valueOf(fields[1])))
                .toList();
    }

    List<Fact> facts(Split split, Values values, Dice dice) {
        if (phrases.has(name + "_fact")) {
            return List.of(new Fact(phrases.say(name + "_fact", split, values, dice)));
        }
        List<Fact> facts = new ArrayList<>();
        for (int i = 1; phrases.has(name + "_fact_" + i); i++) {
            facts.add(new Fact(phrases.say(name + "_fact_" + i, split, values, dice)));
        }
        return facts;
    }

    Draft question(List<Fact> facts, Split split, Values values, Dice dice) {
        return new Draft(task, facts, say("_ask", split, values, dice), say("_answer", split, values, dice));
    }

    /// About something of which the document does not have such a fact.
    Draft notStated(Split split, Values values, Dice dice) {
        return new Draft(
                Task.NOT_STATED, List.of(), say("_ask", split, values, dice), say("_none", split, values, dice));
    }

    private String say(String part, Split split, Values values, Dice dice) {
        return phrases.say(name + part, split, values, dice);
    }
}
