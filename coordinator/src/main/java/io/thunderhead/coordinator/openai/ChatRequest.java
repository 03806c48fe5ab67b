package io.thunderhead.coordinator.openai;

import io.thunderhead.coordinator.api.ChatMessage;
import io.thunderhead.coordinator.api.CompletionSpec;
import io.thunderhead.coordinator.api.ServedModel;
import io.thunderhead.coordinator.api.ServedModels;
import io.thunderhead.core.error.ServingException;
import io.thunderhead.core.time.Deadline;
import io.thunderhead.model.sampling.SamplingParams;
import io.thunderhead.model.tokenizer.TokenIds;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/// A checked body of `POST /v1/chat/completions`.
record ChatRequest(CompletionSpec spec, AnswerOptions options) {
    private static final int TOP_LOGPROBS_MAX = 20;

    static ChatRequest read(ApiCall call, ServedModels models, ApiLimits limits) {
        Fields fields = Json.readObject(call.body());
        ServedModel model = models.named(fields.requiredString("model"));
        List<Map<String, Object>> tools = ToolFields.read(fields);
        TokenIds prompt = prompt(fields, model, tools);
        int logprobs = logprobs(fields);
        SamplingParams sampling = SamplingFields.read(fields, model.config().vocabSize(), logprobs);
        AnswerOptions options = AnswerOptions.read(fields, logprobs);
        refuseForeign(fields);
        CompletionSpec spec = new CompletionSpec(
                call.requestId(),
                call.client(),
                model,
                List.of(prompt),
                fields.integer("n", 1, limits.choicesMax()).orElse(1),
                sampling,
                maxTokens(fields),
                SamplingFields.stops(fields),
                SamplingFields.stopTokenIds(fields),
                fields.flag("ignore_eos", false),
                fields.flag("skip_special_tokens", true),
                !tools.isEmpty(),
                -1,
                Deadline.after(limits.requestTimeout()));
        fields.refuseUnknown(SamplingFields.HARMLESS);
        return new ChatRequest(spec, options);
    }

    private static TokenIds prompt(Fields fields, ServedModel model, List<Map<String, Object>> tools) {
        List<ChatMessage> messages = MessageFields.read(fields);
        return model.tokenize(model.requireChatFormat("messages").render(messages, tools), "messages");
    }

    private static int logprobs(Fields fields) {
        boolean wanted = fields.flag("logprobs", false);
        OptionalInt top = fields.integer("top_logprobs", 0, TOP_LOGPROBS_MAX);
        if (!wanted && top.orElse(0) > 0) {
            throw ServingException.invalid("top_logprobs", "top_logprobs: expected logprobs: true beside it");
        }
        return wanted ? top.orElse(0) : -1;
    }

    private static OptionalInt maxTokens(Fields fields) {
        OptionalInt old = fields.integer("max_tokens", 1, Integer.MAX_VALUE);
        OptionalInt current = fields.integer("max_completion_tokens", 1, Integer.MAX_VALUE);
        return current.isPresent() ? current : old;
    }

    private static void refuseForeign(Fields fields) {
        fields.object("response_format").ifPresent(format -> {
            if (!format.requiredString("type").equals("text")) {
                throw fields.unsupported("response_format", "only {\"type\":\"text\"} is supported");
            }
        });
        fields.acceptOnly("modalities", "[\"text\"]");
        fields.acceptOnly("add_generation_prompt", "true");
        fields.acceptOnly("echo", "false");
    }
}
