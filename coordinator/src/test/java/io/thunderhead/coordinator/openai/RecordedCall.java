package io.thunderhead.coordinator.openai;

import io.thunderhead.coordinator.api.Completions;
import io.thunderhead.coordinator.testing.FakeEngine;
import io.thunderhead.coordinator.testing.FakeModels;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// A call without a network: keeps what is answered.
final class RecordedCall implements ApiCall {
    private static final JsonMapper MAPPER = new JsonMapper();
    private static final ApiLimits LIMITS = new ApiLimits(8, Duration.ofSeconds(10), Duration.ofSeconds(5));

    private final byte[] body;
    private final StringBuilder streamed = new StringBuilder();
    private String replied = "";

    private RecordedCall(String json) {
        this.body = json.replace('\'', '"').getBytes(StandardCharsets.UTF_8);
    }

    /// @param json with single quotes for double ones
    static RecordedCall chat(FakeEngine engine, String json) throws InterruptedException {
        RecordedCall call = new RecordedCall(json);
        new ChatCompletions(FakeModels.ALL, new Completions(engine), LIMITS).answer(call);
        return call;
    }

    static RecordedCall text(FakeEngine engine, String json) throws InterruptedException {
        RecordedCall call = new RecordedCall(json);
        new TextCompletions(FakeModels.ALL, new Completions(engine), LIMITS).answer(call);
        return call;
    }

    JsonNode json() {
        return MAPPER.readTree(replied);
    }

    /// The events but the last, which must be `[DONE]`.
    List<JsonNode> events() {
        String all = streamed.toString();
        if (!all.endsWith("data: [DONE]\n\n")) {
            throw new AssertionError("the stream does not end with [DONE]: " + all);
        }
        List<JsonNode> events = new ArrayList<>();
        for (String event : all.substring(0, all.length() - 16).split("\n\n", -1)) {
            if (!event.startsWith(":")) {
                events.add(MAPPER.readTree(event.substring("data: ".length())));
            }
        }
        return events;
    }

    @Override
    public String requestId() {
        return "r1";
    }

    @Override
    public String client() {
        return "tester";
    }

    @Override
    public byte[] body() {
        return body;
    }

    @Override
    public void onDisconnect(Runnable action) {}

    @Override
    public void reply(byte[] json) {
        replied = new String(json, StandardCharsets.UTF_8);
    }

    @Override
    public void stream(byte[] text) {
        streamed.append(new String(text, StandardCharsets.UTF_8));
    }
}
