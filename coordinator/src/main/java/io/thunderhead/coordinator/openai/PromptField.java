package io.thunderhead.coordinator.openai;

import io.thunderhead.coordinator.api.ServedModel;
import io.thunderhead.core.error.ServingException;
import io.thunderhead.model.tokenizer.TokenIds;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/// One prompt of a text completion.
///
/// @param text as it was sent; absent if it came as token ids
record PromptField(Optional<String> text, TokenIds ids) {
    /// A text, a list of texts, a list of token ids or a list of such lists.
    static List<PromptField> read(Fields fields, ServedModel model) {
        JsonNode prompt =
                fields.value("prompt").orElseThrow(() -> ServingException.invalid("prompt", "prompt is required"));
        boolean many = prompt.isArray() && !prompt.isEmpty() && !prompt.get(0).isIntegralNumber();
        if (!many) {
            return List.of(one(fields, prompt, model));
        }
        return SamplingFields.elements(prompt).stream()
                .map(element -> one(fields, element, model))
                .toList();
    }

    private static PromptField one(Fields fields, JsonNode prompt, ServedModel model) {
        if (prompt.isString()) {
            String text = prompt.stringValue();
            return new PromptField(Optional.of(text), model.tokenize(text, "prompt"));
        }
        return new PromptField(Optional.empty(), TokenIds.of(TokenIdField.read(fields, "prompt", prompt)));
    }

    /// Its text: as sent, or decoded; empty for a model without tokenizer.
    String shown(ServedModel model, boolean skipSpecialTokens) {
        return text.or(() -> model.tokenizer().map(tokenizer -> tokenizer.decode(ids.toArray(), skipSpecialTokens)))
                .orElse("");
    }
}
