package io.thunderhead.coordinator.openai;

import io.thunderhead.coordinator.api.CompletionEvent;
import io.thunderhead.coordinator.api.CompletionEvent.Token;
import io.thunderhead.coordinator.api.FunctionCall;
import io.thunderhead.coordinator.engine.TokenSink.Usage;
import java.util.Arrays;
import java.util.List;
import tools.jackson.core.JsonGenerator;

/// A `chat.completion`, sent as a whole.
final class ChatAnswer implements AnswerWriter {
    private final ApiCall call;
    private final ChatRequest request;
    private final AnswerHead head;
    private final ChatLogprobs logprobs;
    private final List<CollectedChoice> choices;

    ChatAnswer(ApiCall call, ChatRequest request) {
        this.call = call;
        this.request = request;
        this.head = AnswerHead.of(request.spec(), "chatcmpl-", "chat.completion");
        this.logprobs = new ChatLogprobs(
                new TokenNames(request.spec().model(), request.options().tokenIdNames()));
        this.choices = CollectedChoice.list(request.spec().choiceCount());
    }

    @Override
    public void write(CompletionEvent event) {
        switch (event) {
            case CompletionEvent.Delta(int choice, String text, var token) ->
                choices.get(choice).add(text, token);
            case CompletionEvent.Called(int choice, int index, FunctionCall function) ->
                choices.get(choice).calls.add(function);
            case CompletionEvent.ChoiceEnded(int choice, var reason) -> choices.get(choice).reason = reason;
            case CompletionEvent.PromptRead read -> {}
            case CompletionEvent.PromptScored scored -> {}
            case CompletionEvent.Finished finished -> {}
        }
    }

    @Override
    public void finish(Usage usage) {
        call.reply(Json.write(json -> {
            json.writeStartObject();
            head.write(json);
            json.writeArrayPropertyStart("choices");
            for (int i = 0; i < choices.size(); i++) {
                writeChoice(json, i, choices.get(i));
            }
            json.writeEndArray();
            AnswerHead.writeUsage(json, usage);
            if (request.options().returnTokenIds()) {
                int[] ids = request.spec().prompts().getFirst().toArray();
                CollectedChoice.writeTokenIds(json, "prompt_token_ids", Arrays.stream(ids));
            }
            json.writeEndObject();
        }));
    }

    private void writeChoice(JsonGenerator json, int index, CollectedChoice choice) {
        json.writeStartObject();
        json.writeNumberProperty("index", index);
        writeMessage(json, choice);
        if (request.options().wantsLogprobs()) {
            logprobs.write(json, choice.tokens);
        } else {
            json.writeNullProperty("logprobs");
        }
        CollectedChoice.writeReason(json, choice.reason);
        if (request.options().returnTokenIds()) {
            CollectedChoice.writeTokenIds(
                    json, "token_ids", choice.tokens.stream().mapToInt(Token::id));
        }
        json.writeEndObject();
    }

    private static void writeMessage(JsonGenerator json, CollectedChoice choice) {
        boolean onlyCalls = choice.text.isEmpty() && !choice.calls.isEmpty();
        json.writeObjectPropertyStart("message");
        json.writeStringProperty("role", "assistant");
        json.writeStringProperty("content", onlyCalls ? null : choice.text.toString());
        json.writeNullProperty("refusal");
        if (!choice.calls.isEmpty()) {
            json.writeArrayPropertyStart("tool_calls");
            choice.calls.forEach(function -> writeCall(json, function));
            json.writeEndArray();
        }
        json.writeEndObject();
    }

    private static void writeCall(JsonGenerator json, FunctionCall function) {
        json.writeStartObject();
        json.writeStringProperty("id", ToolCallId.next());
        json.writeStringProperty("type", "function");
        json.writeObjectPropertyStart("function");
        json.writeStringProperty("name", function.name());
        json.writeStringProperty("arguments", function.arguments());
        json.writeEndObject();
        json.writeEndObject();
    }
}
