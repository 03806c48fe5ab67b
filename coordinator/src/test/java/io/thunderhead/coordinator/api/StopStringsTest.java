package io.thunderhead.coordinator.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class StopStringsTest {
    @Test
    void holdsBackWhatCouldBeginAStop() {
        StopStrings stops = new StopStrings(List.of("END"));
        assertThat(stops.append("so E")).isEqualTo("so ");
        assertThat(stops.append("N")).isEmpty();
        assertThat(stops.append("Q")).isEqualTo("ENQ");
        assertThat(stops.matched()).isFalse();
    }

    @Test
    void cutsAtAStopThatSpansPieces() {
        StopStrings stops = new StopStrings(List.of("END"));
        assertThat(stops.append("the E")).isEqualTo("the ");
        assertThat(stops.append("ND of it")).isEmpty();
        assertThat(stops.matched()).isTrue();
        assertThat(stops.append("more") + stops.finish()).isEmpty();
    }

    @Test
    void releasesTheRestAtTheEnd() {
        StopStrings stops = new StopStrings(List.of("END"));
        assertThat(stops.append("an EN")).isEqualTo("an ");
        assertThat(stops.finish()).isEqualTo("EN");
    }

    @Test
    void cutsAtTheStopThatIsCompleteFirst() {
        StopStrings stops = new StopStrings(List.of("bcde", "cd"));
        assertThat(stops.append("abcdef")).isEqualTo("ab");
    }

    @Test
    void prefersTheLongerOfTwoThatEndTogether() {
        StopStrings stops = new StopStrings(List.of("d", "bcd"));
        assertThat(stops.append("abcdef")).isEqualTo("a");
    }

    @Test
    void cutsAtTheSamePlaceHoweverTheTextIsCut() {
        for (int seed = 0; seed < 500; seed++) {
            Random random = new Random(seed);
            String text = random.ints(30, 'a', 'd')
                    .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                    .toString();
            List<String> texts = List.of("aab", "cbc", "bb");
            StopStrings pieces = new StopStrings(texts);
            StringBuilder joined = new StringBuilder();
            for (int at = 0; at < text.length(); ) {
                int end = Math.min(text.length(), at + 1 + random.nextInt(4));
                joined.append(pieces.append(text.substring(at, end)));
                at = end;
            }
            joined.append(pieces.finish());
            assertThat(joined.toString()).as("seed %d, text %s", seed, text).isEqualTo(cut(text, texts));
        }
    }

    /// Character by character, by the definition.
    private static String cut(String text, List<String> stops) {
        for (int end = 1; end <= text.length(); end++) {
            String read = text.substring(0, end);
            int longest = stops.stream()
                    .filter(read::endsWith)
                    .mapToInt(String::length)
                    .max()
                    .orElse(0);
            if (longest > 0) {
                return read.substring(0, end - longest);
            }
        }
        return text;
    }
}
