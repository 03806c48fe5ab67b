package io.thunderhead.coordinator.openai;

import io.thunderhead.coordinator.api.CompletionEvent.Token;
import io.thunderhead.model.sampling.TokenLogprobs;
import io.thunderhead.model.sampling.TokenLogprobs.Alternative;
import java.util.List;
import tools.jackson.core.JsonGenerator;

/// The chat shape of logprobs: `{"content":[{"token","logprob","bytes","top_logprobs":[...]}],"refusal":null}`.
record ChatLogprobs(TokenNames names) {
    /// JSON has no infinity: stands for the logarithm of nothing, as in vLLM.
    static final float LOGPROB_MIN = -9999;

    void write(JsonGenerator json, List<Token> tokens) {
        json.writeObjectPropertyStart("logprobs");
        json.writeArrayPropertyStart("content");
        for (Token token : tokens) {
            if (token.logprobs() != null) {
                writeToken(json, token.logprobs());
            }
        }
        json.writeEndArray();
        json.writeNullProperty("refusal");
        json.writeEndObject();
    }

    private void writeToken(JsonGenerator json, TokenLogprobs token) {
        json.writeStartObject();
        writeEntry(json, token.tokenId(), token.logprob());
        json.writeArrayPropertyStart("top_logprobs");
        for (Alternative alternative : token.top()) {
            json.writeStartObject();
            writeEntry(json, alternative.tokenId(), alternative.logprob());
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeEndObject();
    }

    private void writeEntry(JsonGenerator json, int id, float logprob) {
        json.writeStringProperty("token", names.lossy(id));
        json.writeNumberProperty("logprob", Math.max(logprob, LOGPROB_MIN));
        names.writeBytes(json, id);
    }
}
