package io.thunderhead.model.tokenizer;

import io.thunderhead.core.error.ErrorCode;
import io.thunderhead.core.error.ServingException;
import io.thunderhead.model.config.CheckpointProblem;
import io.thunderhead.model.template.ChatTemplate;
import io.thunderhead.model.template.JsonValues;
import io.thunderhead.model.template.TemplateException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// From a conversation to prompt text, by the checkpoint's own chat template. Immutable and thread-safe.
public final class ChatFormat {
    private final Optional<ChatTemplate> template;
    private final Map<String, String> specialTokens;

    private ChatFormat(Optional<ChatTemplate> template, Map<String, String> specialTokens) {
        this.template = template;
        this.specialTokens = Map.copyOf(specialTokens);
    }

    /// Reads `chat_template.jinja`, `chat_template.json` or tokenizer_config.json, the first that has a template.
    /// A directory without one gives a format that refuses every conversation; a template that does not parse is
    /// CHECKPOINT_INVALID.
    public static ChatFormat read(Path directory, Clock clock) {
        JsonNode config = TokenizerReader.readConfig(directory);
        Optional<ChatTemplate> template = TemplateSource.read(directory, config).map(source -> parse(source, clock));
        Map<String, String> specialTokens = new HashMap<>();
        for (String role : List.of("bos_token", "eos_token", "unk_token", "pad_token")) {
            TokenizerReader.specialToken(config, role).ifPresent(token -> specialTokens.put(role, token));
        }
        return new ChatFormat(template, specialTokens);
    }

    public boolean hasTemplate() {
        return template.isPresent();
    }

    /// Throws UNSUPPORTED_PARAMETER without a template, and INVALID_REQUEST for messages that the template refuses.
    ///
    /// @param tools OpenAI's tool objects
    /// @param addGenerationPrompt whether the text ends where the assistant begins to speak
    public String render(List<ChatMessage> messages, List<JsonNode> tools, boolean addGenerationPrompt) {
        ChatTemplate present = template.orElseThrow(() -> ServingException.ofParameter(
                ErrorCode.UNSUPPORTED_PARAMETER,
                "messages",
                "messages: expected a prompt, as this checkpoint has no chat template"));
        Map<String, @Nullable Object> context = new HashMap<>(specialTokens);
        context.put("messages", TemplateMessages.of(messages));
        context.put(
                "tools",
                tools.isEmpty() ? null : tools.stream().map(JsonValues::of).toList());
        context.put("add_generation_prompt", addGenerationPrompt);
        try {
            return present.render(context);
        } catch (TemplateException e) {
            throw ServingException.invalid("messages", "messages: " + e.getMessage());
        }
    }

    private static ChatTemplate parse(TemplateSource source, Clock clock) {
        try {
            return ChatTemplate.parse(source.text(), clock);
        } catch (TemplateException e) {
            throw new CheckpointProblem(
                            source.file(), "chat_template", "a chat template", String.valueOf(e.getMessage()))
                    .causedBy(e);
        }
    }
}
