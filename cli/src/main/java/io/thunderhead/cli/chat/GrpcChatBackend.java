package io.thunderhead.cli.chat;

import io.thunderhead.client.ChatMessage;
import io.thunderhead.client.GenerationEvent;
import io.thunderhead.client.GenerationRequest;
import io.thunderhead.client.GenerationStream;
import io.thunderhead.client.Prompt;
import io.thunderhead.client.Sampling;
import io.thunderhead.client.ThunderheadClient;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/// Answers of a Thunderhead cluster over gRPC. Owns its client.
public final class GrpcChatBackend implements ChatBackend {
    private final ThunderheadClient client;
    private final String model;

    /// @param model "" = the model served
    public GrpcChatBackend(ThunderheadClient client, String model) {
        this.client = client;
        this.model = model;
    }

    @Override
    public Answer ask(List<ChatMessage> conversation, ChatOptions options) {
        GenerationRequest.Builder request =
                GenerationRequest.builder(Prompt.chat(conversation)).model(model);
        options.maxTokens().ifPresent(request::maxTokens);
        options.temperature()
                .ifPresent(temperature -> request.sampling(
                        Sampling.builder().temperature(temperature).build()));
        return new GrpcAnswer(client.withTimeout(options.timeout()).stream(request.build()));
    }

    @Override
    public void close() {
        client.close();
    }

    private static final class GrpcAnswer implements Answer {
        private final GenerationStream events;
        private OptionalInt completionTokens = OptionalInt.empty();
        private OptionalInt promptTokens = OptionalInt.empty();

        GrpcAnswer(GenerationStream events) {
            this.events = events;
        }

        @Override
        public Optional<String> next() {
            while (events.hasNext()) {
                switch (events.next()) {
                    case GenerationEvent.Tokens tokens
                    when !tokens.text().isEmpty() -> {
                        return Optional.of(tokens.text());
                    }
                    case GenerationEvent.Ended ended -> {
                        completionTokens = OptionalInt.of(ended.usage().completionTokens());
                        promptTokens = OptionalInt.of(ended.usage().promptTokens());
                    }
                    case GenerationEvent.Started _, GenerationEvent.PromptScored _, GenerationEvent.Tokens _ -> {}
                }
            }
            return Optional.empty();
        }

        @Override
        public OptionalInt completionTokens() {
            return completionTokens;
        }

        @Override
        public OptionalInt promptTokens() {
            return promptTokens;
        }

        @Override
        public void close() {
            events.close();
        }
    }
}
