package io.thunderhead.coordinator.openai;

import io.thunderhead.coordinator.api.CompletionEvent;
import io.thunderhead.coordinator.api.CompletionEvent.Token;
import io.thunderhead.coordinator.engine.TokenSink.Usage;
import io.thunderhead.model.sampling.TokenLogprobs;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;

/// A `text_completion`, sent as a whole.
final class TextAnswer implements AnswerWriter {
    private final ApiCall call;
    private final TextRequest request;
    private final AnswerHead head;
    private final List<CollectedChoice> choices;
    private final List<TextChoice> frames = new ArrayList<>();

    TextAnswer(ApiCall call, TextRequest request) {
        this.call = call;
        this.request = request;
        this.head = AnswerHead.of(request.spec(), "cmpl-", "text_completion");
        this.choices = CollectedChoice.list(request.spec().choiceCount());
        for (int i = 0; i < choices.size(); i++) {
            frames.add(new TextChoice(request, i));
            choices.get(i).add(frames.get(i).echoedText(), null);
        }
    }

    @Override
    public void write(CompletionEvent event) {
        switch (event) {
            case CompletionEvent.PromptRead read -> {}
            case CompletionEvent.PromptScored(int choice, List<TokenLogprobs> scores) ->
                frames.get(choice).addPrompt(scores);
            case CompletionEvent.Delta(int choice, String text, Token token) -> add(choice, text, token);
            case CompletionEvent.ChoiceEnded(int choice, var reason) -> choices.get(choice).reason = reason;
            case CompletionEvent.Called called -> {}
            case CompletionEvent.Finished finished -> {}
        }
    }

    private void add(int choice, String text, @Nullable Token token) {
        choices.get(choice).add(text, token);
        frames.get(choice).add(token);
    }

    @Override
    public void finish(Usage usage) {
        call.reply(Json.write(json -> {
            json.writeStartObject();
            head.write(json);
            json.writeArrayPropertyStart("choices");
            for (int i = 0; i < choices.size(); i++) {
                writeChoice(json, i);
            }
            json.writeEndArray();
            AnswerHead.writeUsage(json, usage);
            json.writeEndObject();
        }));
    }

    private void writeChoice(JsonGenerator json, int index) {
        CollectedChoice choice = choices.get(index);
        json.writeStartObject();
        frames.get(index).write(json, choice.text.toString(), choice.reason);
        if (request.options().returnTokenIds()) {
            CollectedChoice.writeTokenIds(
                    json, "token_ids", choice.tokens.stream().mapToInt(Token::id));
            frames.get(index).writePromptIds(json);
        }
        json.writeEndObject();
    }
}
