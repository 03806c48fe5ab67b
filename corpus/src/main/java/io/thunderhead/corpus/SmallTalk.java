package io.thunderhead.corpus;

import io.thunderhead.corpus.words.Dice;
import io.thunderhead.corpus.words.Phrases;
import java.util.ArrayList;
import java.util.List;

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

    record Pair(String user, String assistant) {
        private static Pair of(String line) {
            String[] sides = line.split(" \\| ", -1);
            return new Pair(sides[0], sides[1]);
        }
    }

    /// As many turns as fit into the tokens, at most eight.
    static Exam exam(List<Pair> pairs, int tokens, Lengths lengths, Dice dice) {
        List<Question> turns = new ArrayList<>();
        int left = tokens;
        for (int count = dice.between(1, 8); count > 0; count--) {
            Pair pair = dice.pick(pairs);
            left -= lengths.of(pair.user()) + lengths.of(pair.assistant());
            if (left < 0) {
                break;
            }
            turns.add(new Question(Task.SMALL_TALK, Double.NaN, pair.user(), pair.assistant()));
        }
        return new Exam(List.of(), List.of(), turns);
    }
}
