package io.thunderhead.coordinator.openai;

import io.thunderhead.coordinator.api.ServedModel;
import io.thunderhead.coordinator.api.ServedModels;
import io.thunderhead.core.error.ServingException;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/// `POST /detokenize`, as vLLM has it.
public record Detokenize(ServedModels models) implements Endpoint {
    @Override
    public void answer(ApiCall call) {
        Fields fields = Json.readObject(call.body());
        ServedModel model = ModelField.read(fields, models);
        JsonNode tokens =
                fields.value("tokens").orElseThrow(() -> ServingException.invalid("tokens", "tokens is required"));
        fields.refuseUnknown(Set.of());
        int[] ids = TokenIdField.read(fields, "tokens", tokens);
        String text = model.requireTokenizer("tokens").decode(ids, false);
        call.reply(Json.write(json -> {
            json.writeStartObject();
            json.writeStringProperty("prompt", text);
            json.writeEndObject();
        }));
    }
}
