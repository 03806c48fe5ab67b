package io.thunderhead.cli.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.TypeConversionException;

class LengthsTest {
    private final Lengths lengths = new Lengths();

    @ParameterizedTest
    @CsvSource({"512,512", "1k,1024", "128K,131072", "1m,1048576", "16m,16777216"})
    void readsWhatPeopleWrite(String text, int tokens) {
        assertThat(lengths.convert(text)).isEqualTo(tokens);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "k", "-1k", "1.5k", "63", "17m", "99999999m", "1g"})
    void refusesEverythingElse(String text) {
        assertThatThrownBy(() -> lengths.convert(text)).isInstanceOf(TypeConversionException.class);
    }

    @Test
    void showsThemTheSameWay() {
        assertThat(Lengths.shown(131072)).isEqualTo("128k");
        assertThat(Lengths.shown(1 << 20)).isEqualTo("1m");
        assertThat(Lengths.shown(1000)).isEqualTo("1000");
    }
}
