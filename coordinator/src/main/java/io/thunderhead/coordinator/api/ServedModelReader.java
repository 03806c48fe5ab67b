package io.thunderhead.coordinator.api;

import io.thunderhead.model.config.ModelConfig;
import io.thunderhead.model.tokenizer.Tokenizer;
import io.thunderhead.model.tokenizer.TokenizerReader;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// Reads what clients need of a checkpoint: its tokenizer and its chat template. Either may be absent.
public final class ServedModelReader {
    private ServedModelReader() {}

    /// @param name that clients ask for
    public static ServedModel read(String name, Path folder, ModelConfig config) {
        Optional<Tokenizer> tokenizer = TokenizerReader.read(folder);
        var template = io.thunderhead.model.tokenizer.ChatFormat.read(folder, Clock.systemUTC());
        Optional<ChatFormat> chat =
                template.hasTemplate() ? Optional.of(new TemplateChatFormat(template)) : Optional.empty();
        return new ServedModel(name, List.of(), Instant.now(), config, tokenizer, chat, config.contextMax());
    }
}
