package io.thunderhead.coordinator.openai;

import io.thunderhead.coordinator.api.CompletionStream;
import io.thunderhead.coordinator.api.Completions;
import io.thunderhead.coordinator.api.ServedModels;

/// `POST /v1/chat/completions`.
public record ChatCompletions(ServedModels models, Completions completions, ApiLimits limits) implements Endpoint {
    @Override
    public void answer(ApiCall call) throws InterruptedException {
        ChatRequest request = ChatRequest.read(call, models, limits);
        AnswerWriter writer =
                request.options().stream() ? new ChatEvents(call, request) : new ChatAnswer(call, request);
        try (CompletionStream stream = completions.start(request.spec())) {
            call.onDisconnect(stream::cancel);
            AnswerWriter.drain(stream, writer, limits.keepAliveInterval());
        }
    }
}
