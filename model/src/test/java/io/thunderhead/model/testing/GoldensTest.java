package io.thunderhead.model.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

final class GoldensTest {
    @Test
    void unpacksACompleteCheckpointOnce() {
        Path folder = Goldens.checkpoint(Goldens.G1_TINY_A, Goldens.Layout.ORIGINAL);

        assertThat(folder.resolve("config.json")).content().contains("attn_type_list");
        assertThat(folder.resolve("model.safetensors")).isRegularFile();
        assertThat(Goldens.checkpoint(Goldens.G1_TINY_A, Goldens.Layout.ORIGINAL))
                .isEqualTo(folder);
    }

    @Test
    void addsTheTokenizerOnRequest() {
        Path folder = Goldens.checkpointWithTokenizer(Goldens.VL_TINY);

        assertThat(Files.exists(folder.resolve("tokenizer.json"))).isTrue();
        assertThat(Files.exists(Goldens.checkpoint(Goldens.VL_TINY).resolve("tokenizer.json")))
                .isFalse();
    }

    @Test
    void readsExpectedNumbers() {
        GoldenTensors expected = Goldens.expected(Goldens.G1_TINY_A);

        assertThat(expected.ints("p7.input_ids")).hasSize(7);
        assertThat(expected.floats("p7.logits")).hasSize(7 * 512);
        assertThat(expected.shape("p7.top_idx")).containsExactly(8, 7, 2);
        assertThat(Arrays.stream(expected.ints("p7.top_idx")).boxed())
                .hasSize(8 * 7 * 2)
                .allMatch(expert -> expert >= 0 && expert < 8);
    }
}
