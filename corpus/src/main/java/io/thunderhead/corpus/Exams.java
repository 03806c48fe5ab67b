package io.thunderhead.corpus;

import io.thunderhead.corpus.Mix.Kind;
import io.thunderhead.corpus.words.Dice;
import io.thunderhead.corpus.words.Split;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.ToIntFunction;

/// Makes exams of a given length in tokens. Immutable and thread-safe if the counter is.
///
/// @param counter how many tokens a text has
public record Exams(Split split, ToIntFunction<String> counter) {
    private static final int LONG = 4000;
    private static final Set<Kind> LONG_KINDS = EnumSet.of(Kind.PAPERS, Kind.NEEDLES, Kind.MEMORY, Kind.CHINESE);
    private static final Set<Task> ALL = EnumSet.allOf(Task.class);

    /// One conversation by seed and index, of at most about `tokens`: documents come near them, small talk does not.
    public Exam mixed(Mix mix, long seed, long index, int tokens) {
        Dice dice = Dice.of(seed, index);
        Set<Kind> allowed = EnumSet.copyOf(mix.weights().keySet());
        if (tokens >= LONG) {
            allowed.retainAll(LONG_KINDS);
        }
        return of(Weighted.pick(new TreeMap<>(mix.weights()), allowed, dice), ALL, dice, tokens);
    }

    /// As many questions of these tasks as a conversation of that length has room for.
    public Exam of(Set<Task> tasks, long seed, long index, int tokens) {
        Dice dice = Dice.of(seed, index);
        Task task = dice.pick(List.copyOf(new TreeSet<>(tasks)));
        return of(kind(task, dice), tasks, dice, tokens);
    }

    /// A conversation with one question of this task, whose fact stands as near to `depth` (0 to 1) as the document
    /// allows; the question says where. Things to acknowledge come before it where the task is one of memory.
    public Exam at(double depth, Task task, long seed, long index, int tokens) {
        Dice dice = Dice.of(seed, index);
        Lengths lengths = new Lengths(counter);
        Kind kind = kind(task, dice);
        return switch (kind) {
            case PAPERS -> new PaperExams(split, dice, lengths).at(depth, tokens, task);
            case NEEDLES -> NeedleExams.english(split, dice, lengths).at(depth, tokens, task);
            case MEMORY -> new TalkExams(split, dice, lengths).at(depth, tokens, task);
            case TOOLS, SMALL_TALK, CHINESE, CHINESE_TALK -> of(kind, EnumSet.of(task), dice, tokens);
        };
    }

    private Exam of(Kind kind, Set<Task> tasks, Dice dice, int tokens) {
        Lengths lengths = new Lengths(counter);
        return switch (kind) {
            case PAPERS -> new PaperExams(split, dice, lengths).of(tokens, tasks);
            case NEEDLES -> NeedleExams.english(split, dice, lengths).of(tokens, tasks);
            case CHINESE -> NeedleExams.chinese(split, dice, lengths).of(tokens, tasks);
            case MEMORY -> new TalkExams(split, dice, lengths).of(tokens, tasks);
            case TOOLS -> new ToolExams(split, dice, lengths).of(tokens, tasks);
            case SMALL_TALK -> SmallTalk.exam(SmallTalk.ENGLISH, tokens, lengths, dice);
            case CHINESE_TALK -> SmallTalk.exam(SmallTalk.CHINESE, tokens, lengths, dice);
        };
    }

    private static Kind kind(Task task, Dice dice) {
        return switch (task) {
            case DATA_SETS, DATA_SETS_AND_SIZES, SIZE, AUTHORS, USED_BY -> Kind.PAPERS;
            case NEEDLE, NEEDLE_TWO_HOP -> Kind.NEEDLES;
            case NOT_STATED -> dice.chance(0.5) ? Kind.PAPERS : Kind.NEEDLES;
            case MEMORY, CORRECTION, ACKNOWLEDGEMENT -> Kind.MEMORY;
            case TOOL_CALL, TOOL_RESULT -> Kind.TOOLS;
            case SMALL_TALK -> Kind.SMALL_TALK;
        };
    }
}
