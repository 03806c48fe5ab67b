package io.thunderhead.coordinator.openai;

import io.thunderhead.coordinator.api.ServedModel;
import io.thunderhead.coordinator.api.ServedModels;
import java.util.Arrays;
import java.util.Set;

/// `POST /tokenize`, as vLLM has it: of a `prompt`, or of `messages` as a chat completion would see them.
public record Tokenize(ServedModels models) implements Endpoint {
    @Override
    public void answer(ApiCall call) {
        Fields fields = Json.readObject(call.body());
        ServedModel model = ModelField.read(fields, models);
        int[] ids = model.tokenize(text(fields, model), "prompt").toArray();
        boolean withTexts = fields.flag("return_token_strs", false);
        fields.acceptOnly("add_special_tokens", "true", "false");
        fields.acceptOnly("add_generation_prompt", "true");
        fields.refuseUnknown(Set.of());
        TokenNames names = new TokenNames(model, false);
        call.reply(Json.write(json -> {
            json.writeStartObject();
            json.writeNumberProperty("count", ids.length);
            json.writeNumberProperty("max_model_len", model.contextMax());
            CollectedChoice.writeTokenIds(json, "tokens", Arrays.stream(ids));
            if (withTexts) {
                json.writeArrayPropertyStart("token_strs");
                Arrays.stream(ids).forEach(id -> json.writeString(names.lossy(id)));
                json.writeEndArray();
            }
            json.writeEndObject();
        }));
    }

    private static String text(Fields fields, ServedModel model) {
        if (fields.value("messages").isEmpty()) {
            return fields.requiredString("prompt");
        }
        return model.requireChatFormat("messages").render(MessageFields.read(fields), ToolFields.read(fields));
    }
}
