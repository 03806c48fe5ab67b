package io.thunderhead.corpus;

import io.thunderhead.corpus.words.Dice;
import io.thunderhead.corpus.words.Filler;
import io.thunderhead.corpus.words.Names;
import io.thunderhead.corpus.words.Phrases;
import io.thunderhead.corpus.words.Split;
import io.thunderhead.corpus.words.Values;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.IntFunction;

/// Exams on single facts in long filler, in English and, with facts of papers among them, in Chinese.
final class NeedleExams {
    static final List<FactKind> ENGLISH = FactKind.of(Phrases.read("needles.txt"));
    private static final Phrases CHINESE_PHRASES = Phrases.read("chinese.txt");
    static final List<FactKind> CHINESE = FactKind.of(CHINESE_PHRASES);
    private static final String SECRET = "secret";
    private static final double NOT_STATED_SHARE = 0.18;
    private static final int NEEDLES_MAX = 16;

    private final Split split;
    private final Dice dice;
    private final Names names;
    private final Lengths lengths;
    private final List<FactKind> kinds;
    private final Phrases phrases;
    private final Filler filler;

    private NeedleExams(Split split, Dice dice, Lengths lengths, List<FactKind> kinds, Phrases phrases, Filler filler) {
        this.split = split;
        this.dice = dice;
        this.names = new Names(split, dice);
        this.lengths = lengths;
        this.kinds = kinds;
        this.phrases = phrases;
        this.filler = filler;
    }

    static NeedleExams english(Split split, Dice dice, Lengths lengths) {
        Filler filler = dice.chance(0.8) ? Filler.PROSE : Filler.SCIENCE;
        return new NeedleExams(split, dice, lengths, ENGLISH, Opening.ENGLISH, filler);
    }

    static NeedleExams chinese(Split split, Dice dice, Lengths lengths) {
        return new NeedleExams(split, dice, lengths, CHINESE, CHINESE_PHRASES, Filler.CHINESE);
    }

    /// @param tasks of which facts are drawn; NOT_STATED among them allows questions without an answer
    Exam of(int tokens, Set<Task> tasks) {
        List<FactKind> allowed =
                kinds.stream().filter(kind -> tasks.contains(kind.task())).toList();
        List<FactKind> drawn = allowed.isEmpty() ? kinds : allowed;
        int count = needleCount(tokens);
        List<Needle> needles = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            needles.add(Needle.of(kind(drawn, count), names, dice));
        }
        List<Draft> drafts = drafts(needles, drawn, tasks, Math.min(count, tokens < 400 ? 2 : tokens < 1000 ? 4 : 12));
        if (filler != Filler.CHINESE) {
            SmallTalk.interrupt(drafts, tasks, dice);
        }
        Opening opening = Opening.choose(phrases, "before", split, dice);
        int room = lengths.left(tokens, opening, drafts);
        return Exam.on(write(needles, room, this::spread), opening, drafts);
    }

    /// One question, whose fact stands at this depth: the only one of the document, or the nearest of up to sixteen.
    Exam at(double depth, int tokens, Task task) {
        List<FactKind> asked =
                kinds.stream().filter(kind -> kind.task() == task).toList();
        boolean alone = dice.chance(0.5);
        int count = alone ? 1 : Math.clamp(tokens / 100, 1, NEEDLES_MAX);
        List<Needle> needles = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            needles.add(Needle.of(kind(asked.isEmpty() ? kinds : asked, count), names, dice));
        }
        List<Draft> candidates = asked.isEmpty()
                ? List.of(kind(kinds, 2).notStated(split, new Values(names, dice), dice))
                : needles.stream().map(this::question).toList();
        Opening opening = Opening.choose(phrases, "before", split, dice);
        int room = candidates.stream()
                .mapToInt(draft -> lengths.left(tokens, opening, List.of(draft)))
                .min()
                .orElseThrow();
        Document document = write(needles, room, gaps -> alone ? beginningAt(depth, gaps) : spread(gaps));
        return Exam.on(document, opening, List.of(document.nearest(candidates, depth)));
    }

    private double[] spread(int gaps) {
        return Spread.shares(gaps, dice);
    }

    /// The first fact at this depth, the others somewhere behind.
    private double[] beginningAt(double depth, int gaps) {
        double[] shares = Spread.shares(gaps, dice);
        double behind = 1 - shares[0];
        for (int i = 1; i < gaps; i++) {
            shares[i] *= (1 - depth) / behind;
        }
        shares[0] = depth;
        return shares;
    }

    private Draft question(Needle needle) {
        return needle.kind().question(needle.facts(), split, needle.values(), dice);
    }

    private record Needle(FactKind kind, Values values, List<Fact> facts) {
        static Needle of(FactKind kind, Names names, Dice dice) {
            Values values = new Values(names, dice);
            return new Needle(kind, values, kind.facts(names.split(), values, dice));
        }
    }

    private int needleCount(int tokens) {
        if (tokens < 1000) {
            return dice.between(1, Math.max(1, tokens / 100));
        }
        return dice.pick(List.of(1, 4, 8, NEEDLES_MAX, NEEDLES_MAX));
    }

    /// A passkey of nothing in particular is asked only if it is the one needle.
    private FactKind kind(List<FactKind> drawn, int count) {
        List<FactKind> fitting = count == 1
                ? drawn
                : drawn.stream().filter(kind -> !kind.name().equals(SECRET)).toList();
        return dice.pick(fitting);
    }

    private List<Draft> drafts(List<Needle> needles, List<FactKind> drawn, Set<Task> tasks, int count) {
        List<Draft> drafts = new ArrayList<>();
        for (Needle needle : dice.shuffled(needles).subList(0, count)) {
            boolean asked = tasks.contains(needle.kind().task());
            if (tasks.contains(Task.NOT_STATED) && (!asked || dice.chance(NOT_STATED_SHARE))) {
                drafts.add(kind(drawn, 2).notStated(split, new Values(names, dice), dice));
            }
            if (asked) {
                drafts.add(question(needle));
            }
        }
        return drafts;
    }

    /// @param spread shares of the filler by the number of gaps
    private Document write(List<Needle> needles, int tokens, IntFunction<double[]> spread) {
        List<Fact> facts = dice.shuffled(
                needles.stream().flatMap(needle -> needle.facts().stream()).toList());
        int cost = facts.stream()
                .mapToInt(fact -> lengths.counter().applyAsInt(" " + fact.text()))
                .sum();
        int[] parts = Spread.parts(tokens - cost, spread.apply(facts.size() + 1));
        DocumentWriter writer = new DocumentWriter(lengths.counter(), split, filler, dice);
        writer.fillerSentence();
        for (int i = 0; i < facts.size(); i++) {
            writer.filler(parts[i]);
            writer.fact(facts.get(i));
        }
        writer.filler(parts[facts.size()]);
        return writer.finish();
    }
}
