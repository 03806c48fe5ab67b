package io.thunderhead.tornado;

import static org.assertj.core.api.Assertions.assertThat;

import io.thunderhead.model.config.ModelConfig;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class QueryTilesTest {
    @Test
    void namesEverySplitOfEveryTile() {
        DeviceRows rows =
                new DeviceRows().add(700, 1, true, 0, List.of(4, 2, 9)).add(256, 33, false, 1, List.of(1, 3));
        List<List<Integer>> parts = new ArrayList<>();
        int count = QueryTiles.put(Shapes.model(8, 1, 128), rows, 2, (number, values) -> {
            assertThat(number).isEqualTo(parts.size());
            parts.add(List.of(values[0], values[1], values[2], values[3], values[4]));
        });

        assertThat(parts)
                .hasSize(count)
                .containsExactly(
                        List.of(0, 1, 700, 0, 0),
                        List.of(0, 1, 700, 0, 1),
                        List.of(1, 16, 256, 3, 0),
                        List.of(1, 16, 256, 3, 1),
                        List.of(17, 16, 272, 3, 0),
                        List.of(17, 16, 272, 3, 1),
                        List.of(33, 1, 288, 3, 0),
                        List.of(33, 1, 288, 3, 1));
    }

    /// By the groups that are wanted, 264; by the splits of a row, 16; by rows times splits, 512.
    @ParameterizedTest
    @CsvSource({
        "64, 8, 1, 16",
        "64, 32, 20, 9",
        "64, 8, 48, 10",
        "64, 8, 128, 4",
        "64, 8, 512, 1",
        "8, 8, 1000, 1",
        "8, 1, 20, 16"
    })
    void splitsPastsUntilThereAreEnoughGroups(int heads, int kvHeads, int prompt, int splits) {
        ModelConfig config = Shapes.model(heads, kvHeads, 128);
        assertThat(QueryTiles.splits(config, new DeviceRows().add(0, prompt, false, 0, List.of(0))))
                .isEqualTo(splits);
    }

    @Test
    void splitsNothingWithoutRows() {
        assertThat(QueryTiles.splits(Shapes.model(8, 1, 128), new DeviceRows())).isEqualTo(16);
    }

    @Test
    void suitsHeadsOf128ThatShareKeysEvenly() {
        assertThat(QueryTiles.suit(Shapes.model(64, 8, 128))).isTrue();
        assertThat(QueryTiles.suit(Shapes.model(3, 1, 128))).isFalse();
        assertThat(QueryTiles.suit(Shapes.model(8, 1, 64))).isFalse();
    }
}
