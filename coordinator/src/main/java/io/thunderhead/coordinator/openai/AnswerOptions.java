package io.thunderhead.coordinator.openai;

/// How the answer is to look, beside what is generated.
///
/// @param logprobs -1 = none; else alternatives a token
/// @param tokenIdNames write `token_id:N` instead of a token's text in logprobs
record AnswerOptions(boolean stream, boolean includeUsage, int logprobs, boolean returnTokenIds, boolean tokenIdNames) {
    static AnswerOptions read(Fields fields, int logprobs) {
        boolean stream = fields.flag("stream", false);
        return new AnswerOptions(
                stream,
                SamplingFields.includeUsage(fields, stream),
                logprobs,
                fields.flag("return_token_ids", false),
                fields.flag("return_tokens_as_token_ids", false));
    }

    boolean wantsLogprobs() {
        return logprobs >= 0;
    }
}
