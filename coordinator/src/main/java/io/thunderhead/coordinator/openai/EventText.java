package io.thunderhead.coordinator.openai;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;
import tools.jackson.core.JsonGenerator;

/// Server-sent events of one chunk of output.
final class EventText {
    static final byte[] KEEP_ALIVE = bytes(": keep-alive\n\n");
    private static final byte[] DATA = bytes("data: ");
    private static final byte[] END = bytes("\n\n");
    private static final byte[] DONE = bytes("data: [DONE]\n\n");

    private final ByteArrayOutputStream out = new ByteArrayOutputStream(512);

    void add(Consumer<JsonGenerator> content) {
        out.writeBytes(DATA);
        out.writeBytes(Json.write(content));
        out.writeBytes(END);
    }

    void addDone() {
        out.writeBytes(DONE);
    }

    void sendTo(ApiCall call) {
        if (out.size() > 0) {
            call.stream(out.toByteArray());
            out.reset();
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
