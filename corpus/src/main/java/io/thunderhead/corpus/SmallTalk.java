package io.thunderhead.corpus;

import io.thunderhead.corpus.words.Dice;
import io.thunderhead.corpus.words.Frame;
import io.thunderhead.corpus.words.Phrases;
import io.thunderhead.corpus.words.Values;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/// Greetings, thanks, what the model is and what it cannot do.
final class SmallTalk {
    private static final Phrases PHRASES = Phrases.read("talk.txt");
    private static final List<String> SECTIONS =
            List.of("greeting", "thanks", "identity", "ability", "cannot", "world", "chat");

    static final List<Pair> ENGLISH = SECTIONS.stream()
            .flatMap(section -> PHRASES.lines(section).stream())
            .map(Pair::of)
            .toList();
    static final List<Pair> CHINESE = PHRASES.lines("zh").stream().map(Pair::of).toList();

    private SmallTalk() {}

    record Pair(Frame user, String assistant) {
        private static Pair of(String line) {
            String[] sides = line.split(" \\| ", -1);
            return new Pair(Frame.of(sides[0]), sides[1]);
        }

        Question question(Dice dice) {
            return new Question(Task.SMALL_TALK, Double.NaN, user.fill(new Values(null, dice), dice), assistant);
        }
    }

    static Question turn(Dice dice) {
        return dice.pick(ENGLISH).question(dice);
    }

    /// Sometimes a turn of small talk between questions on a document.
    static void interrupt(List<Draft> drafts, Set<Task> tasks, Dice dice) {
        if (tasks.contains(Task.SMALL_TALK) && dice.chance(0.12)) {
            Question turn = turn(dice);
            drafts.add(dice.between(0, drafts.size()), new Draft(turn.task(), List.of(), turn.text(), turn.answer()));
        }
    }

    /// As many turns as fit into the tokens, at most eight.
    static Exam exam(List<Pair> pairs, int tokens, Lengths lengths, Dice dice) {
        List<Question> turns = new ArrayList<>();
        int left = tokens;
        for (int count = dice.between(1, 8); count > 0; count--) {
            Question turn = dice.pick(pairs).question(dice);
            left -= lengths.of(turn);
            if (left < 0) {
                break;
            }
            turns.add(turn);
        }
        return new Exam(List.of(), List.of(), turns);
    }
}
