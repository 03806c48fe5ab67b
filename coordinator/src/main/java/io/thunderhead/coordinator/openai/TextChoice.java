package io.thunderhead.coordinator.openai;

import io.thunderhead.coordinator.api.CompletionEvent.Reason;
import io.thunderhead.coordinator.api.CompletionEvent.Token;
import io.thunderhead.model.sampling.TokenLogprobs;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;

/// What a choice of a text completion has in common whether streamed or whole: its prompt, its logprobs, its frame.
final class TextChoice {
    private final int index;
    private final TextRequest request;
    private final PromptField prompt;
    private final @Nullable TextLogprobs logprobs;

    TextChoice(TextRequest request, int index) {
        this.index = index;
        this.request = request;
        this.prompt = request.prompts().get(index / request.spec().choicesPerPrompt());
        var model = request.spec().model();
        this.logprobs = request.options().wantsLogprobs()
                ? new TextLogprobs(
                        model,
                        new TokenNames(model, request.options().tokenIdNames()),
                        request.spec().skipSpecialTokens())
                : null;
    }

    /// The prompt if the answer is to begin with it.
    String echoedText() {
        var spec = request.spec();
        return request.echo() ? prompt.shown(spec.model(), spec.skipSpecialTokens()) : "";
    }

    /// @param scores entry i is of prompt token i + 1
    void addPrompt(List<TokenLogprobs> scores) {
        if (logprobs != null) {
            logprobs.add(prompt.ids().get(0), null);
            scores.forEach(score -> logprobs.add(score.tokenId(), score));
        }
    }

    void add(@Nullable Token token) {
        if (logprobs != null && token != null) {
            logprobs.add(token.id(), token.logprobs());
        }
    }

    /// The fields of the choice, with the logprobs of the tokens since the last time.
    void write(JsonGenerator json, String text, @Nullable Reason reason) {
        json.writeNumberProperty("index", index);
        json.writeStringProperty("text", text);
        if (logprobs == null) {
            json.writeNullProperty("logprobs");
        } else {
            logprobs.write(json);
        }
        CollectedChoice.writeReason(json, reason);
    }

    void writePromptIds(JsonGenerator json) {
        CollectedChoice.writeTokenIds(
                json, "prompt_token_ids", Arrays.stream(prompt.ids().toArray()));
    }
}
