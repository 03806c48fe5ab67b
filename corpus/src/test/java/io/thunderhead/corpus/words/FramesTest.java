package io.thunderhead.corpus.words;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class FramesTest {
    private final Dice dice = Dice.of(5, 0);
    private final Values values = new Values(null, dice);

    @Test
    void fillsGivenSlotsAndDrawsTheOthers() {
        values.put("place1", "Tolvane");

        assertThat(Frame.of("a {season} in {place1}.").fill(values, dice))
                .matches("An? (" + String.join("|", Lexicon.words("season")) + ") in Tolvane\\.");
    }

    @Test
    void writesTheArticleThatTheWordNeeds() {
        assertThat(Frame.of("Of a {x}.").fill(values.put("x", "island"), dice)).isEqualTo("Of an island.");
        assertThat(Frame.of("A {x}.").fill(values.put("x", "island"), dice)).isEqualTo("An island.");
        assertThat(Frame.of("A {x}.").fill(values.put("x", "useful day"), dice)).isEqualTo("A useful day.");
        assertThat(Frame.of("Visa {x}.").fill(values.put("x", "office"), dice)).isEqualTo("Visa office.");
    }

    @Test
    void refusesASlotThatNobodyFills() {
        Frame frame = Frame.of("The {unheard_of}.");

        assertThatThrownBy(() -> frame.fill(values, dice)).hasMessageContaining("{unheard_of}");
    }

    @Test
    void marksGiveALineToOneSplit() {
        Phrases phrases = Phrases.read("needles.txt");
        Set<String> train = said(phrases, Split.TRAIN);
        Set<String> test = said(phrases, Split.TEST);

        assertThat(train).anyMatch(text -> text.startsWith("Somebody wrote on the wall"));
        assertThat(test).anyMatch(text -> text.startsWith("A note on the door"));
        assertThat(test).noneMatch(text -> text.startsWith("Somebody wrote on the wall"));
        assertThat(train).noneMatch(text -> text.startsWith("A note on the door"));
    }

    /// A word that begins with a capital inside a sentence could be a name; a long number could be an answer.
    @ParameterizedTest
    @EnumSource
    void fillerNamesNothing(Filler filler) {
        for (Split split : Split.values()) {
            for (int i = 0; i < 2000; i++) {
                String sentence = filler.sentence(split, dice);
                List<String> words = Arrays.asList(sentence.split(" ", -1));

                assertThat(words.subList(1, words.size())).as(sentence).noneMatch(word -> word.matches("\"?[A-Z].*"));
                assertThat(sentence).doesNotContainPattern("[0-9]{3}");
                assertThat(sentence).matches(".*[.。]");
            }
        }
    }

    private Set<String> said(Phrases phrases, Split split) {
        return phrases.frames("passkey_fact", split).stream()
                .map(frame -> frame.fill(new Values(new Names(split, dice), dice), dice))
                .collect(Collectors.toSet());
    }
}
