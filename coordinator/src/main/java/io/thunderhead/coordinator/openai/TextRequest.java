package io.thunderhead.coordinator.openai;

import io.thunderhead.coordinator.api.CompletionSpec;
import io.thunderhead.coordinator.api.ServedModel;
import io.thunderhead.coordinator.api.ServedModels;
import io.thunderhead.core.error.ServingException;
import io.thunderhead.core.time.Deadline;
import io.thunderhead.model.sampling.SamplingParams;
import java.util.List;
import java.util.OptionalInt;

/// A checked body of `POST /v1/completions`.
///
/// @param echo answers begin with their prompt
record TextRequest(CompletionSpec spec, List<PromptField> prompts, boolean echo, AnswerOptions options) {
    private static final int LOGPROBS_MAX = 20;
    private static final int MAX_TOKENS_DEFAULT = 16;

    static TextRequest read(ApiCall call, ServedModels models, ApiLimits limits) {
        Fields fields = Json.readObject(call.body());
        ServedModel model = models.named(fields.requiredString("model"));
        List<PromptField> prompts = PromptField.read(fields, model);
        int logprobs = fields.integer("logprobs", 0, LOGPROBS_MAX).orElse(-1);
        boolean echo = fields.flag("echo", false);
        int n = fields.integer("n", 1, limits.choicesMax()).orElse(1);
        checkChoices(fields, n, prompts.size(), limits);
        SamplingParams sampling = SamplingFields.read(fields, model.config().vocabSize(), logprobs);
        AnswerOptions options = AnswerOptions.read(fields, logprobs);
        fields.acceptOnly("suffix", "\"\"");
        fields.acceptOnly("return_progress", "false");
        CompletionSpec spec = new CompletionSpec(
                call.requestId(),
                call.client(),
                model,
                prompts.stream().map(PromptField::ids).toList(),
                n,
                sampling,
                OptionalInt.of(
                        fields.integer("max_tokens", 0, Integer.MAX_VALUE).orElse(MAX_TOKENS_DEFAULT)),
                SamplingFields.stops(fields),
                SamplingFields.stopTokenIds(fields),
                fields.flag("ignore_eos", false),
                fields.flag("skip_special_tokens", true),
                false,
                echo ? logprobs : -1,
                Deadline.after(limits.requestTimeout()));
        fields.refuseUnknown(SamplingFields.HARMLESS);
        return new TextRequest(spec, prompts, echo, options);
    }

    private static void checkChoices(Fields fields, int n, int promptCount, ApiLimits limits) {
        if (fields.integer("best_of", 1, Integer.MAX_VALUE).orElse(n) != n) {
            throw fields.unsupported("best_of", "only the value of n is supported");
        }
        if ((long) n * promptCount > limits.choicesMax()) {
            throw ServingException.invalid(
                    "prompt",
                    "prompt: expected at most " + limits.choicesMax() + " choices (prompts times n), got "
                            + (long) n * promptCount);
        }
    }
}
