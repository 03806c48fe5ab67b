package io.thunderhead.coordinator.testing;

import io.thunderhead.coordinator.api.ServedModel;
import io.thunderhead.coordinator.api.ServedModels;
import io.thunderhead.model.config.LayerKind;
import io.thunderhead.model.config.ModelConfig;
import io.thunderhead.model.config.ResidualFactors;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// Models to serve in tests: `fake` (alias `fake-latest`) with tokenizer and chat, `bare` with neither.
public final class FakeModels {
    public static final ServedModel CHAT = new ServedModel(
            "fake",
            List.of("fake-latest"),
            Instant.ofEpochSecond(1_700_000_000),
            config(),
            Optional.of(new FakeTokenizer()),
            Optional.of(new FakeChatFormat()),
            4096);
    public static final ServedModel BARE = new ServedModel(
            "bare",
            List.of(),
            Instant.ofEpochSecond(1_700_000_000),
            config(),
            Optional.empty(),
            Optional.empty(),
            4096);
    public static final ServedModels ALL = new ServedModels(List.of(CHAT, BARE));

    private FakeModels() {}

    private static ModelConfig config() {
        ResidualFactors plain = new ResidualFactors(1, 1);
        return new ModelConfig(
                "minimax",
                300,
                8,
                8,
                List.of(LayerKind.LIGHTNING),
                1,
                1,
                8,
                4,
                10_000,
                2,
                1,
                1e-5f,
                1e-6f,
                256,
                plain,
                plain,
                plain,
                4096,
                false,
                List.of());
    }
}
