package io.thunderhead.model.tokenizer;

import io.thunderhead.model.config.CheckpointProblem;
import io.thunderhead.model.config.StrictJson;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/// A chat template's text and the file that it came from.
record TemplateSource(String file, String text) {
    private static final String JINJA = "chat_template.jinja";
    private static final String JSON = "chat_template.json";
    private static final String KEY = "chat_template";

    /// In the order in which transformers looks: a file of its own wins over the tokenizer's config.
    static Optional<TemplateSource> read(Path directory, JsonNode tokenizerConfig) {
        Path jinja = directory.resolve(JINJA);
        if (Files.exists(jinja)) {
            return Optional.of(new TemplateSource(JINJA, text(jinja)));
        }
        Path json = directory.resolve(JSON);
        return Files.exists(json)
                ? of(JSON, StrictJson.readObject(json).path(KEY))
                : of("tokenizer_config.json", tokenizerConfig.path(KEY));
    }

    /// The template itself, or a list of named ones of which `default` is taken.
    private static Optional<TemplateSource> of(String file, JsonNode template) {
        if (template.isArray()) {
            return template.valueStream()
                    .filter(named -> named.path("name").asString("").equals("default"))
                    .map(named ->
                            new TemplateSource(file, named.path("template").asString("")))
                    .findFirst();
        }
        return template.isString() ? Optional.of(new TemplateSource(file, template.asString())) : Optional.empty();
    }

    private static String text(Path file) {
        try {
            return Files.readString(file, StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new CheckpointProblem(JINJA, "file", "readable UTF-8", e.toString()).causedBy(e);
        }
    }
}
