package io.thunderhead.corpus.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class OptionsTest {
    private static final Map<String, List<String>> NAMES = Map.of("--text", List.of("--seed", "--bytes"));

    @Test
    void readsPairsAfterTheMode() {
        Options options = new Options(List.of("--text", "--seed", "7"), NAMES);

        assertThat(options.mode()).isEqualTo("--text");
        assertThat(options.number("--seed", 1)).isEqualTo(7);
        assertThat(options.number("--bytes", 5)).isEqualTo(5);
    }

    @Test
    void namesWhatIsWrong() {
        assertThatThrownBy(() -> new Options(List.of(), NAMES)).hasMessageContaining("--text, --rows or --exams");
        assertThatThrownBy(() -> new Options(List.of("--text", "--sead", "7"), NAMES))
                .hasMessageContaining("--sead");
        assertThatThrownBy(() -> new Options(List.of("--text", "--seed"), NAMES))
                .hasMessageContaining("--seed");
        Options options = new Options(List.of("--text", "--seed", "x"), NAMES);
        assertThatThrownBy(() -> options.number("--seed", 1)).hasMessageContaining("--seed: expected a whole number");
        assertThatThrownBy(() -> options.required("--model")).hasMessageContaining("--model");
    }
}
