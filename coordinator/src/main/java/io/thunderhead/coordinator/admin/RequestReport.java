package io.thunderhead.coordinator.admin;

import io.thunderhead.coordinator.openai.Json;
import io.thunderhead.coordinator.schedule.RequestState;
import java.util.List;
import java.util.Locale;

/// The body of `GET /admin/api/requests`. Never a word of what was asked or answered.
public record RequestReport(List<RequestState> requests) {
    public byte[] json() {
        return Json.write(json -> {
            json.writeStartObject();
            json.writeArrayPropertyStart("requests");
            for (RequestState request : requests) {
                json.writeStartObject();
                json.writeNumberProperty("sequence", request.order());
                json.writeStringProperty("request_id", request.requestId());
                json.writeStringProperty("client", request.client());
                json.writeStringProperty("phase", request.phase().name().toLowerCase(Locale.ROOT));
                json.writeNumberProperty("age_millis", request.ageNanos() / 1_000_000);
                json.writeNumberProperty("prompt_tokens", request.promptTokens());
                json.writeNumberProperty("prompt_read", request.promptRead());
                json.writeNumberProperty("generated_tokens", request.generatedTokens());
                json.writeNumberProperty("max_tokens", request.maxTokens());
                json.writeNumberProperty("replays", request.replays());
                json.writeEndObject();
            }
            json.writeEndArray();
            json.writeEndObject();
        });
    }
}
