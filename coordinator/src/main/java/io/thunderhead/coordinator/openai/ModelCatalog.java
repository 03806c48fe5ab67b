package io.thunderhead.coordinator.openai;

import io.thunderhead.coordinator.api.ServedModel;
import io.thunderhead.coordinator.api.ServedModels;
import tools.jackson.core.JsonGenerator;

/// `GET /v1/models` and `GET /v1/models/{id}`.
public record ModelCatalog(ServedModels models) {
    public byte[] list() {
        return Json.write(json -> {
            json.writeStartObject();
            json.writeStringProperty("object", "list");
            json.writeArrayPropertyStart("data");
            models.all().forEach(model -> write(json, model));
            json.writeEndArray();
            json.writeEndObject();
        });
    }

    /// By id or alias; throws NOT_FOUND.
    public byte[] one(String name) {
        ServedModel model = models.named(name);
        return Json.write(json -> write(json, model));
    }

    private static void write(JsonGenerator json, ServedModel model) {
        json.writeStartObject();
        json.writeStringProperty("id", model.id());
        json.writeStringProperty("object", "model");
        json.writeNumberProperty("created", model.created().getEpochSecond());
        json.writeStringProperty("owned_by", "thunderhead");
        json.writeNumberProperty("max_model_len", model.contextMax());
        json.writeEndObject();
    }
}
