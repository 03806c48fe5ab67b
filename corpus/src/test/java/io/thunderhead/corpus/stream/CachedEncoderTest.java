package io.thunderhead.corpus.stream;

import static org.assertj.core.api.Assertions.assertThat;

import io.thunderhead.corpus.Exams;
import io.thunderhead.corpus.Mix;
import io.thunderhead.corpus.words.Split;
import io.thunderhead.model.testing.Goldens;
import io.thunderhead.model.tokenizer.Tokenizer;
import io.thunderhead.model.tokenizer.TokenizerReader;
import org.junit.jupiter.api.Test;

class CachedEncoderTest {
    private final Tokenizer tokenizer =
            TokenizerReader.read(Goldens.path("tokenizer")).orElseThrow();
    private final CachedEncoder encoder = new CachedEncoder(tokenizer);

    @Test
    void givesTheTokenizersOwnIds() {
        Exams exams = new Exams(Split.TRAIN, encoder::count);
        for (long index = 0; index < 200; index++) {
            String text = PlainText.text(exams.mixed(Mix.standard(), 1, index, 1000));

            assertThat(encoder.encode(text)).as(text).isEqualTo(tokenizer.encode(text));
            assertThat(encoder.count(text)).isEqualTo(tokenizer.encode(text).length);
        }
    }

    @Test
    void leavesWhiteSpaceTogether() {
        for (String text :
                new String[] {"", " ", "a", " a", "a ", "a  b", "a \n b", "\n\n a\n b  ", "a <end_of_sentence> b"}) {
            assertThat(encoder.encode(text)).as("'" + text + "'").isEqualTo(tokenizer.encode(text));
        }
    }
}
