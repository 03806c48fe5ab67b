package io.thunderhead.coordinator.openai;

import tools.jackson.databind.JsonNode;

/// An array of token ids.
final class TokenIdField {
    private TokenIdField() {}

    static int[] read(Fields fields, String name, JsonNode array) {
        fields.expect(array.isArray(), name, "an array of token ids", array);
        int[] ids = new int[array.size()];
        for (int i = 0; i < ids.length; i++) {
            JsonNode id = array.get(i);
            fields.expect(id.isIntegralNumber() && id.canConvertToInt(), name, "token ids", id);
            ids[i] = id.intValue();
        }
        return ids;
    }
}
