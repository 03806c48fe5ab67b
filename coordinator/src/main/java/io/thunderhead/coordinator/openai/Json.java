package io.thunderhead.coordinator.openai;

import io.thunderhead.core.error.ErrorCode;
import io.thunderhead.core.error.ServingException;
import java.io.ByteArrayOutputStream;
import java.util.function.Consumer;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// The one JSON configuration of the API: strict, with limits against hostile documents.
public final class Json {
    private static final int NESTING_MAX = 64;
    private static final int STRING_CHARS_MAX = 64 << 20;
    private static final int NAME_CHARS_MAX = 1024;
    private static final int NUMBER_CHARS_MAX = 64;
    /// A prompt of a whole four-million-token context as ids, and room for the rest.
    private static final int TOKENS_MAX = 5_000_000;

    private static final JsonMapper MAPPER = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(NESTING_MAX)
                            .maxStringLength(STRING_CHARS_MAX)
                            .maxNameLength(NAME_CHARS_MAX)
                            .maxNumberLength(NUMBER_CHARS_MAX)
                            .maxTokenCount(TOKENS_MAX)
                            .build())
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .build())
            .build();

    private Json() {}

    public static Fields readObject(byte[] body) {
        JsonNode node;
        try {
            node = MAPPER.readTree(body);
        } catch (JacksonException e) {
            var place = e.getLocation();
            String where = place == null ? "" : " at line " + place.getLineNr() + ", column " + place.getColumnNr();
            throw new ServingException(
                    ErrorCode.INVALID_REQUEST, "the body is not valid JSON" + where + ": " + e.getOriginalMessage(), e);
        }
        if (node instanceof ObjectNode object) {
            return new Fields(object, "");
        }
        throw new ServingException(ErrorCode.INVALID_REQUEST, "the body: expected a JSON object");
    }

    public static byte[] write(Consumer<JsonGenerator> content) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(256);
        try (JsonGenerator json = MAPPER.createGenerator(out)) {
            content.accept(json);
        }
        return out.toByteArray();
    }

    static Object toPlain(JsonNode node) {
        return MAPPER.convertValue(node, Object.class);
    }

    static String toText(JsonNode node) {
        return MAPPER.writeValueAsString(node);
    }
}
