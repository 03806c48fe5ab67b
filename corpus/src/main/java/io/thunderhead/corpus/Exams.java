package io.thunderhead.corpus;

import io.thunderhead.corpus.Mix.Kind;
import io.thunderhead.corpus.words.Dice;
import io.thunderhead.corpus.words.Split;
import java.util.Collections;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.ToIntFunction;

/// Makes exams of a given length in tokens. Immutable and thread-safe if the counter is.
///
/// @param counter how many tokens a text has
public record Exams(Split split, ToIntFunction<String> counter) {
    private static final int LONG = 4000;
    private static final Set<Kind> LONG_KINDS = EnumSet.of(Kind.PAPERS, Kind.NEEDLES, Kind.MEMORY, Kind.CHINESE);
    private static final Set<Task> ALL = EnumSet.allOf(Task.class);
    private static final Map<Kind, Set<Task>> ASKED_BY = new EnumMap<>(Map.of(
            Kind.PAPERS,
            EnumSet.of(
                    Task.DATA_SETS, Task.DATA_SETS_AND_SIZES, Task.SIZE, Task.AUTHORS, Task.USED_BY, Task.NOT_STATED),
            Kind.NEEDLES,
            EnumSet.of(Task.NEEDLE, Task.NEEDLE_TWO_HOP, Task.NOT_STATED),
            Kind.MEMORY,
            EnumSet.of(Task.MEMORY, Task.CORRECTION, Task.ACKNOWLEDGEMENT, Task.NOT_STATED),
            Kind.TOOLS,
            EnumSet.of(Task.TOOL_CALL, Task.TOOL_RESULT),
            Kind.SMALL_TALK,
            EnumSet.of(Task.SMALL_TALK)));

    /// As [#mixed], of the kinds that ask for these tasks in English; questions of other tasks may be among them.
    public Exam asking(Set<Task> tasks, long seed, long index, int tokens) {
        Dice dice = Dice.of(seed, index);
        Set<Kind> asking = EnumSet.noneOf(Kind.class);
        ASKED_BY.forEach((kind, asked) -> {
            if (!Collections.disjoint(asked, tasks)) {
                asking.add(kind);
            }
        });
        Lengths lengths = new Lengths(counter);
        Kind kind = Weighted.pick(new TreeMap<>(Mix.standard().weights()), asking, dice);
        return switch (kind) {
            case PAPERS -> new PaperExams(split, dice, lengths).of(tokens, tasks);
            case NEEDLES -> NeedleExams.english(split, dice, lengths).of(tokens, tasks);
            case MEMORY -> new TalkExams(split, dice, lengths).of(tokens, tasks);
            case TOOLS -> new ToolExams(split, dice, lengths).of(tokens, tasks);
            default -> SmallTalk.exam(SmallTalk.ENGLISH, tokens, lengths, dice);
        };
    }

    /// One conversation by seed and index, of at most about `tokens`: documents come near them, small talk does not.
    public Exam mixed(Mix mix, long seed, long index, int tokens) {
        Dice dice = Dice.of(seed, index);
        Set<Kind> allowed = EnumSet.copyOf(mix.weights().keySet());
        if (tokens >= LONG) {
            allowed.retainAll(LONG_KINDS);
        }
        Kind kind = Weighted.pick(new TreeMap<>(mix.weights()), allowed, dice);
        Lengths lengths = new Lengths(counter);
        return switch (kind) {
            case PAPERS -> new PaperExams(split, dice, lengths).of(tokens, ALL);
            case NEEDLES -> NeedleExams.english(split, dice, lengths).of(tokens, ALL);
            case CHINESE -> NeedleExams.chinese(split, dice, lengths).of(tokens, ALL);
            case MEMORY -> new TalkExams(split, dice, lengths).of(tokens, ALL);
            case TOOLS -> new ToolExams(split, dice, lengths).of(tokens, ALL);
            case SMALL_TALK -> SmallTalk.exam(SmallTalk.ENGLISH, tokens, lengths, dice);
            case CHINESE_TALK -> SmallTalk.exam(SmallTalk.CHINESE, tokens, lengths, dice);
        };
    }
}
