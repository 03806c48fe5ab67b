package io.thunderhead.client;

import io.thunderhead.proto.v1.Chat;
import io.thunderhead.proto.v1.GenerateRequest;
import io.thunderhead.proto.v1.TokenIds;

/// Requests as they go over the wire.
final class RequestEncoder {
    private RequestEncoder() {}

    static GenerateRequest encode(GenerationRequest request) {
        GenerateRequest.Builder wire = GenerateRequest.newBuilder()
                .setModel(request.model())
                .setPrompt(encode(request.prompt()))
                .setSampling(encode(request.sampling()))
                .addAllStop(request.stop())
                .addAllStopTokenIds(request.stopTokenIds())
                .setIgnoreEndTokens(request.ignoreEndTokens())
                .setRequestId(request.requestId());
        if (request.maxTokens() != null) {
            wire.setMaxTokens(request.maxTokens());
        }
        if (request.logprobs() != null) {
            wire.setLogprobs(request.logprobs());
        }
        if (request.promptLogprobs() != null) {
            wire.setPromptLogprobs(request.promptLogprobs());
        }
        return wire.build();
    }

    static io.thunderhead.proto.v1.Prompt encode(Prompt prompt) {
        io.thunderhead.proto.v1.Prompt.Builder wire = io.thunderhead.proto.v1.Prompt.newBuilder();
        switch (prompt) {
            case Prompt.Text(String text) -> wire.setText(text);
            case Prompt.TokenIds(var ids) ->
                wire.setTokenIds(TokenIds.newBuilder().addAllIds(ids));
            case Prompt.Chat(var messages) -> {
                Chat.Builder chat = Chat.newBuilder();
                messages.forEach(message -> chat.addMessages(encode(message)));
                wire.setChat(chat);
            }
        }
        return wire.build();
    }

    private static io.thunderhead.proto.v1.ChatMessage encode(ChatMessage message) {
        return io.thunderhead.proto.v1.ChatMessage.newBuilder()
                .setRole(message.role())
                .setContent(message.content())
                .build();
    }

    private static io.thunderhead.proto.v1.Sampling encode(Sampling sampling) {
        io.thunderhead.proto.v1.Sampling.Builder wire = io.thunderhead.proto.v1.Sampling.newBuilder();
        wire.putAllLogitBias(sampling.logitBias());
        if (sampling.temperature() != null) {
            wire.setTemperature(sampling.temperature());
        }
        if (sampling.topP() != null) {
            wire.setTopP(sampling.topP());
        }
        if (sampling.topK() != null) {
            wire.setTopK(sampling.topK());
        }
        if (sampling.minP() != null) {
            wire.setMinP(sampling.minP());
        }
        if (sampling.presencePenalty() != null) {
            wire.setPresencePenalty(sampling.presencePenalty());
        }
        if (sampling.frequencyPenalty() != null) {
            wire.setFrequencyPenalty(sampling.frequencyPenalty());
        }
        if (sampling.repetitionPenalty() != null) {
            wire.setRepetitionPenalty(sampling.repetitionPenalty());
        }
        if (sampling.seed() != null) {
            wire.setSeed(sampling.seed());
        }
        return wire.build();
    }
}
