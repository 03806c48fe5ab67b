package io.thunderhead.coordinator.openai;

import io.thunderhead.coordinator.api.CompletionSpec;
import io.thunderhead.coordinator.engine.TokenSink.Usage;
import java.time.Instant;
import tools.jackson.core.JsonGenerator;

/// What every answer and every chunk of it begins with.
record AnswerHead(String id, String object, long createdSeconds, String model) {
    static AnswerHead of(CompletionSpec spec, String idPrefix, String object) {
        return new AnswerHead(
                idPrefix + spec.requestId(),
                object,
                Instant.now().getEpochSecond(),
                spec.model().id());
    }

    void write(JsonGenerator json) {
        json.writeStringProperty("id", id);
        json.writeStringProperty("object", object);
        json.writeNumberProperty("created", createdSeconds);
        json.writeStringProperty("model", model);
    }

    static void writeUsage(JsonGenerator json, Usage usage) {
        json.writeObjectPropertyStart("usage");
        json.writeNumberProperty("prompt_tokens", usage.promptTokens());
        json.writeNumberProperty("completion_tokens", usage.completionTokens());
        json.writeNumberProperty("total_tokens", usage.promptTokens() + usage.completionTokens());
        json.writeObjectPropertyStart("prompt_tokens_details");
        json.writeNumberProperty("cached_tokens", usage.cachedTokens());
        json.writeEndObject();
        json.writeEndObject();
    }

    /// The chunk after the last choice's end that only brings the usage.
    void writeUsageChunk(JsonGenerator json, Usage usage) {
        json.writeStartObject();
        write(json);
        json.writeArrayPropertyStart("choices");
        json.writeEndArray();
        writeUsage(json, usage);
        json.writeEndObject();
    }
}
