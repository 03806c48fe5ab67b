package io.thunderhead.coordinator.openai;

import io.thunderhead.coordinator.api.CompletionEvent;
import io.thunderhead.coordinator.api.CompletionEvent.Reason;
import io.thunderhead.coordinator.api.CompletionEvent.Token;
import io.thunderhead.coordinator.engine.TokenSink.Usage;
import io.thunderhead.model.sampling.TokenLogprobs;
import java.util.BitSet;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// A stream of `text_completion` chunks.
final class TextEvents implements AnswerWriter {
    private final ApiCall call;
    private final AnswerOptions options;
    private final AnswerHead head;
    private final List<TextChoice> choices;
    private final boolean echo;
    private final BitSet begun = new BitSet();
    private final EventText out = new EventText();

    TextEvents(ApiCall call, TextRequest request) {
        this.call = call;
        this.options = request.options();
        this.echo = request.echo();
        this.head = AnswerHead.of(request.spec(), "cmpl-", "text_completion");
        this.choices = IntStream.range(0, request.spec().choiceCount())
                .mapToObj(index -> new TextChoice(request, index))
                .toList();
    }

    @Override
    public void write(CompletionEvent event) {
        switch (event) {
            case CompletionEvent.PromptRead read -> {}
            case CompletionEvent.PromptScored(int choice, List<TokenLogprobs> scores) ->
                choices.get(choice).addPrompt(scores);
            case CompletionEvent.Delta(int choice, String text, Token token) -> writeDelta(choice, text, token);
            case CompletionEvent.ChoiceEnded(int choice, Reason reason) -> {
                begin(choice);
                addChunk(choice, "", null, reason);
            }
            case CompletionEvent.Called called -> {}
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

    /// Sends the prompt in a chunk of its own if it is to be echoed.
    private void begin(int choice) {
        if (!begun.get(choice)) {
            begun.set(choice);
            if (echo) {
                addChunk(choice, choices.get(choice).echoedText(), null, null);
            }
        }
    }

    private void writeDelta(int choice, String text, @Nullable Token token) {
        begin(choice);
        choices.get(choice).add(token);
        boolean tokenShown = token != null && (options.wantsLogprobs() || options.returnTokenIds());
        if (!text.isEmpty() || tokenShown) {
            addChunk(choice, text, token, null);
        }
    }

    private void addChunk(int choice, String text, @Nullable Token token, @Nullable Reason reason) {
        out.add(json -> {
            json.writeStartObject();
            head.write(json);
            json.writeArrayPropertyStart("choices");
            json.writeStartObject();
            choices.get(choice).write(json, text, reason);
            if (options.returnTokenIds()) {
                IntStream ids = token == null ? IntStream.empty() : IntStream.of(token.id());
                CollectedChoice.writeTokenIds(json, "token_ids", ids);
            }
            json.writeEndObject();
            json.writeEndArray();
            json.writeEndObject();
        });
    }
}
