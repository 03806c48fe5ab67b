package io.thunderhead.coordinator.api;

import io.thunderhead.core.error.ErrorCode;
import io.thunderhead.core.error.ServingException;
import io.thunderhead.model.config.ModelConfig;
import io.thunderhead.model.tokenizer.TokenIds;
import io.thunderhead.model.tokenizer.Tokenizer;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// A model as clients see it.
///
/// @param aliases other names that requests may use for it
/// @param tokenizer absent when the checkpoint has none: then prompts and answers are token ids
/// @param contextMax largest number of tokens of prompt and answer together
public record ServedModel(
        String id,
        List<String> aliases,
        Instant created,
        ModelConfig config,
        Optional<Tokenizer> tokenizer,
        Optional<ChatFormat> chatFormat,
        int contextMax) {
    public ServedModel {
        aliases = List.copyOf(aliases);
    }

    /// The same model with another context limit.
    public ServedModel withContextMax(int tokens) {
        return new ServedModel(id, aliases, created, config, tokenizer, chatFormat, tokens);
    }

    public boolean answersTo(String name) {
        return id.equals(name) || aliases.contains(name);
    }

    /// Tokens that end an answer: the configuration's and the tokenizer's.
    public Set<Integer> endTokenIds() {
        Set<Integer> ids = new HashSet<>(config.endTokenIds());
        if (ids.isEmpty()) {
            tokenizer.ifPresent(present -> present.endTokenId().ifPresent(ids::add));
        }
        return ids;
    }

    /// Throws UNSUPPORTED_PARAMETER, naming `parameter` as the reason, if the model has no tokenizer.
    public Tokenizer requireTokenizer(String parameter) {
        return tokenizer.orElseThrow(() -> ServingException.ofParameter(
                ErrorCode.UNSUPPORTED_PARAMETER,
                parameter,
                parameter + ": model '" + id + "' has no tokenizer; send token ids and read token_ids"));
    }

    /// Throws UNSUPPORTED_PARAMETER, naming `parameter` as the reason, if the model cannot chat.
    public ChatFormat requireChatFormat(String parameter) {
        requireTokenizer(parameter);
        return chatFormat.orElseThrow(() -> ServingException.ofParameter(
                ErrorCode.UNSUPPORTED_PARAMETER,
                parameter,
                parameter + ": model '" + id + "' has no chat template; use /v1/completions"));
    }

    public TokenIds tokenize(String text, String parameter) {
        return TokenIds.of(requireTokenizer(parameter).encode(text));
    }
}
