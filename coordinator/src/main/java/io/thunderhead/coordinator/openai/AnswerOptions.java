package io.thunderhead.coordinator.openai;

/// How the answer is to look, beside what is generated.
///
/// @param logprobs -1 = none; else alternatives a token
/// @param tokenIdNames write `token_id:N` instead of a token's text in logprobs
/// @param returnProgress send a chunk whenever a part of the prompt has been read
record AnswerOptions(
        boolean stream,
        boolean includeUsage,
        int logprobs,
        boolean returnTokenIds,
        boolean tokenIdNames,
        boolean returnProgress) {
    static AnswerOptions read(Fields fields, int logprobs) {
        boolean stream = fields.flag("stream", false);
        return new AnswerOptions(
                stream,
                SamplingFields.includeUsage(fields, stream),
                logprobs,
                fields.flag("return_token_ids", false),
                fields.flag("return_tokens_as_token_ids", false),
                returnProgress(fields, stream));
    }

    private static boolean returnProgress(Fields fields, boolean stream) {
        boolean wanted = fields.flag("return_progress", false);
        if (wanted && !stream) {
            throw fields.unsupported("return_progress", "is only for stream: true");
        }
        return wanted;
    }

    boolean wantsLogprobs() {
        return logprobs >= 0;
    }
}
