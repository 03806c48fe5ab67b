package io.thunderhead.corpus;

import io.thunderhead.corpus.Mix.Kind;
import io.thunderhead.corpus.words.Dice;
import io.thunderhead.corpus.words.Split;
import java.util.EnumSet;
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
