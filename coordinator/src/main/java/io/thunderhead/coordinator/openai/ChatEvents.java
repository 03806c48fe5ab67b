package io.thunderhead.coordinator.openai;

import io.thunderhead.coordinator.api.CompletionEvent;
import io.thunderhead.coordinator.api.CompletionEvent.Reason;
import io.thunderhead.coordinator.api.CompletionEvent.Token;
import io.thunderhead.coordinator.api.FunctionCall;
import io.thunderhead.coordinator.engine.TokenSink.Usage;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;

/// A stream of `chat.completion.chunk`. The first chunk of a choice brings the role; a function call comes in two
/// deltas, id, type and name only in the first, because clients concatenate what they get.
final class ChatEvents implements AnswerWriter {
    private final ApiCall call;
    private final int[] promptIds;
    private final AnswerOptions options;
    private final AnswerHead head;
    private final ChatLogprobs logprobs;
    private final BitSet begun = new BitSet();
    private final EventText out = new EventText();

    ChatEvents(ApiCall call, ChatRequest request) {
        this.call = call;
        this.promptIds = request.spec().prompts().getFirst().toArray();
        this.options = request.options();
        this.head = AnswerHead.of(request.spec(), "chatcmpl-", "chat.completion.chunk");
        this.logprobs = new ChatLogprobs(new TokenNames(request.spec().model(), options.tokenIdNames()));
    }

    @Override
    public void write(CompletionEvent event) {
        switch (event) {
            case CompletionEvent.Delta(int choice, String text, Token token) -> writeDelta(choice, text, token);
            case CompletionEvent.Called(int choice, int index, FunctionCall function) ->
                writeCall(choice, index, function);
            case CompletionEvent.ChoiceEnded(int choice, Reason reason) -> {
                begin(choice);
                addChunk(choice, delta -> {}, null, reason);
            }
            case CompletionEvent.PromptRead(int choice, int tokens) -> writeProgress(choice, tokens);
            case CompletionEvent.PromptScored scored -> {}
            case CompletionEvent.Finished finished -> {}
        }
        out.sendTo(call);
    }

    @Override
    public void finish(Usage usage) {
        if (options.includeUsage()) {
            out.add(json -> head.writeUsageChunk(json, usage));
        }
        out.addDone();
        out.sendTo(call);
    }

    @Override
    public void keepAlive() {
        call.stream(EventText.KEEP_ALIVE);
    }

    /// In the form of llama.cpp's server, which asks for it by the same name. Of several choices, the first one's tells
    /// enough.
    private void writeProgress(int choice, int tokens) {
        if (options.returnProgress() && choice == 0) {
            out.add(json -> {
                json.writeStartObject();
                head.write(json);
                json.writeArrayPropertyStart("choices");
                json.writeEndArray();
                json.writeObjectPropertyStart("prompt_progress");
                json.writeNumberProperty("total", promptIds.length);
                json.writeNumberProperty("processed", tokens);
                json.writeEndObject();
                json.writeEndObject();
            });
        }
    }

    private void begin(int choice) {
        if (begun.get(choice)) {
            return;
        }
        begun.set(choice);
        out.add(json -> {
            json.writeStartObject();
            head.write(json);
            writeChoice(json, choice, ChatEvents::writeRole, null, null);
            if (options.returnTokenIds()) {
                CollectedChoice.writeTokenIds(json, "prompt_token_ids", Arrays.stream(promptIds));
            }
            json.writeEndObject();
        });
    }

    private static void writeRole(JsonGenerator delta) {
        delta.writeStringProperty("role", "assistant");
        delta.writeStringProperty("content", "");
    }

    private void writeDelta(int choice, String text, @Nullable Token token) {
        begin(choice);
        boolean tokenShown = token != null && (options.wantsLogprobs() || options.returnTokenIds());
        if (!text.isEmpty() || tokenShown) {
            addChunk(choice, delta -> delta.writeStringProperty("content", text), token, null);
        }
    }

    private void writeCall(int choice, int index, FunctionCall function) {
        begin(choice);
        addChunk(choice, delta -> writeCallDelta(delta, index, ToolCallId.next(), function.name(), ""), null, null);
        addChunk(choice, delta -> writeCallDelta(delta, index, null, null, function.arguments()), null, null);
    }

    private static void writeCallDelta(
            JsonGenerator json, int index, @Nullable String id, @Nullable String name, String arguments) {
        json.writeArrayPropertyStart("tool_calls");
        json.writeStartObject();
        json.writeNumberProperty("index", index);
        if (id != null) {
            json.writeStringProperty("id", id);
            json.writeStringProperty("type", "function");
        }
        json.writeObjectPropertyStart("function");
        if (name != null) {
            json.writeStringProperty("name", name);
        }
        json.writeStringProperty("arguments", arguments);
        json.writeEndObject();
        json.writeEndObject();
        json.writeEndArray();
    }

    private void addChunk(int choice, Consumer<JsonGenerator> delta, @Nullable Token token, @Nullable Reason reason) {
        out.add(json -> {
            json.writeStartObject();
            head.write(json);
            writeChoice(json, choice, delta, token, reason);
            json.writeEndObject();
        });
    }

    private void writeChoice(
            JsonGenerator json,
            int choice,
            Consumer<JsonGenerator> delta,
            @Nullable Token token,
            @Nullable Reason reason) {
        json.writeArrayPropertyStart("choices");
        json.writeStartObject();
        json.writeNumberProperty("index", choice);
        json.writeObjectPropertyStart("delta");
        delta.accept(json);
        json.writeEndObject();
        writeToken(json, token);
        CollectedChoice.writeReason(json, reason);
        json.writeEndObject();
        json.writeEndArray();
    }

    private void writeToken(JsonGenerator json, @Nullable Token token) {
        if (token == null) {
            return;
        }
        if (options.wantsLogprobs()) {
            logprobs.write(json, List.of(token));
        }
        if (options.returnTokenIds()) {
            CollectedChoice.writeTokenIds(json, "token_ids", IntStream.of(token.id()));
        }
    }
}
