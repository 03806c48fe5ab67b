package io.thunderhead.coordinator.api;

import io.thunderhead.coordinator.engine.TokenSink.Usage;
import io.thunderhead.model.sampling.TokenLogprobs;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What happens while choices are generated. Per choice: how far its prompt is read, scores of its prompt if asked for,
/// deltas and calls, one end; choices interleave; [Finished] is last.
public sealed interface CompletionEvent {
    /// @param tokens of the prompt, each time more; the reader of a slow client misses some
    record PromptRead(int choice, int tokens) implements CompletionEvent {}

    /// @param scores entry i is of prompt token i + 1
    record PromptScored(int choice, List<TokenLogprobs> scores) implements CompletionEvent {}

    /// A token was generated and text became certain; either may be absent (text is held back while it could begin a
    /// stop string, a character or a function call).
    record Delta(int choice, String text, @Nullable Token token) implements CompletionEvent {}

    /// @param index of the call within its choice, from 0
    record Called(int choice, int index, FunctionCall call) implements CompletionEvent {}

    record ChoiceEnded(int choice, Reason reason) implements CompletionEvent {}

    /// @param usage of all choices; prompt tokens count once a prompt
    record Finished(Usage usage) implements CompletionEvent {}

    /// @param logprobs absent unless asked for
    record Token(int id, @Nullable TokenLogprobs logprobs) {}

    enum Reason {
        STOP,
        LENGTH,
        FUNCTION_CALLS
    }
}
