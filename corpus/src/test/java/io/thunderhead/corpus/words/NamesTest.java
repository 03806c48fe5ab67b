package io.thunderhead.corpus.words;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class NamesTest {
    @Test
    void splitsShareNoName() {
        Set<String> train = new HashSet<>();
        for (int index = 0; index < 100; index++) {
            train.addAll(names(Split.TRAIN, index, 50));
        }

        for (int index = 0; index < 100; index++) {
            assertThat(names(Split.TEST, index, 50)).doesNotContainAnyElementsOf(train);
        }
    }

    @Test
    void noNameBeginsLikeAnotherOfTheSameConversation() {
        List<String> names = names(Split.TRAIN, 7, 3000);

        for (String name : names) {
            assertThat(names.stream().filter(other -> other.startsWith(name))).containsExactly(name);
        }
    }

    @Test
    void titlesOfOneConversationDifferInTheirFirstWord() {
        Dice dice = Dice.of(3, 0);
        Names names = new Names(Split.TRAIN, dice);
        Set<String> first = new HashSet<>();

        for (int i = 0; i < 40; i++) {
            String title = Titles.title(names, dice);
            assertThat(first.add(title.substring(0, title.indexOf(' '))))
                    .as(title)
                    .isTrue();
        }
    }

    @Test
    void inventsNoWordsOfOrdinaryText() {
        assertThat(Lexicon.isWord("River")).isTrue();
        assertThat(names(Split.TRAIN, 1, 1000)).noneMatch(Lexicon::isWord);
    }

    private static List<String> names(Split split, long index, int count) {
        Names names = new Names(split, Dice.of(11, index));
        List<String> given = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            given.add(names.name());
        }
        return given;
    }
}
