package io.thunderhead.coordinator.openai;

import io.thunderhead.coordinator.api.ServedModel;
import io.thunderhead.model.sampling.TokenLogprobs;
import io.thunderhead.model.tokenizer.Tokenizer.StreamDecoder;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;

/// The completions shape of logprobs, `{"tokens","token_logprobs","top_logprobs","text_offset"}`, of one choice. Keeps
/// the tokens since the last [#write] and the offset since the beginning.
final class TextLogprobs {
    private final TokenNames names;
    private final @Nullable StreamDecoder decoder;
    private final List<Entry> entries = new ArrayList<>();
    private int offset;

    TextLogprobs(ServedModel model, TokenNames names, boolean skipSpecialTokens) {
        this.names = names;
        this.decoder = model.tokenizer()
                .map(tokenizer -> tokenizer.streamDecoder(skipSpecialTokens))
                .orElse(null);
    }

    /// @param logprobs absent for the first token of a prompt, which nothing precedes
    void add(int id, @Nullable TokenLogprobs logprobs) {
        entries.add(new Entry(id, offset, logprobs));
        if (decoder != null) {
            String text = decoder.append(id);
            offset += text.codePointCount(0, text.length());
        }
    }

    void write(JsonGenerator json) {
        json.writeObjectPropertyStart("logprobs");
        json.writeArrayPropertyStart("tokens");
        entries.forEach(entry -> json.writeString(names.unique(entry.id)));
        json.writeEndArray();
        json.writeArrayPropertyStart("token_logprobs");
        entries.forEach(entry -> writeLogprob(json, entry.logprobs));
        json.writeEndArray();
        json.writeArrayPropertyStart("top_logprobs");
        entries.forEach(entry -> writeTop(json, entry.logprobs));
        json.writeEndArray();
        json.writeArrayPropertyStart("text_offset");
        entries.forEach(entry -> json.writeNumber(entry.offset));
        json.writeEndArray();
        json.writeEndObject();
        entries.clear();
    }

    private static void writeLogprob(JsonGenerator json, @Nullable TokenLogprobs logprobs) {
        if (logprobs == null) {
            json.writeNull();
        } else {
            json.writeNumber(Math.max(logprobs.logprob(), ChatLogprobs.LOGPROB_MIN));
        }
    }

    /// The most likely tokens, and the chosen one if it is not among them.
    private void writeTop(JsonGenerator json, @Nullable TokenLogprobs logprobs) {
        if (logprobs == null) {
            json.writeNull();
            return;
        }
        json.writeStartObject();
        boolean chosenAmongTop = false;
        for (var alternative : logprobs.top()) {
            chosenAmongTop |= alternative.tokenId() == logprobs.tokenId();
            json.writeNumberProperty(
                    names.unique(alternative.tokenId()), Math.max(alternative.logprob(), ChatLogprobs.LOGPROB_MIN));
        }
        if (!chosenAmongTop) {
            json.writeNumberProperty(
                    names.unique(logprobs.tokenId()), Math.max(logprobs.logprob(), ChatLogprobs.LOGPROB_MIN));
        }
        json.writeEndObject();
    }

    private record Entry(int id, int offset, @Nullable TokenLogprobs logprobs) {}
}
