package io.thunderhead.coordinator.openai;

import io.thunderhead.model.sampling.SamplingParams;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.StreamSupport;
import tools.jackson.databind.JsonNode;

/// The parameters that chat and text completions share.
final class SamplingFields {
    private static final int STOPS_MAX = 16;
    private static final int STOP_CHARS_MAX = 1024;

    /// Parameters of other servers of which the values that change nothing are accepted.
    private static final Map<String, String> NEUTRAL = Map.ofEntries(
            Map.entry("min_tokens", "0"),
            Map.entry("use_beam_search", "false"),
            Map.entry("include_stop_str_in_output", "false"),
            Map.entry("store", "false"),
            Map.entry("service_tier", "\"auto\""),
            Map.entry("background", "false"));

    /// Bookkeeping of the client that has no influence on an answer.
    static final Set<String> HARMLESS =
            Set.of("user", "metadata", "safety_identifier", "prompt_cache_key", "prompt_cache_retention");

    private SamplingFields() {}

    /// @param logprobs as in [SamplingParams]
    static SamplingParams read(Fields fields, int vocabSize, int logprobs) {
        NEUTRAL.forEach(fields::acceptOnly);
        // The tokenizer adds nothing at either end of a text: both values mean the same.
        fields.acceptOnly("add_special_tokens", "true", "false");
        return new SamplingParams(
                fields.number("temperature", 1),
                fields.number("top_p", 1),
                Math.max(0, fields.integer("top_k", -1, Integer.MAX_VALUE).orElse(0)),
                fields.number("min_p", 0),
                fields.number("presence_penalty", 0),
                fields.number("frequency_penalty", 0),
                fields.number("repetition_penalty", 1),
                logitBias(fields, vocabSize),
                fields.longInteger("seed")
                        .orElseGet(() -> ThreadLocalRandom.current().nextLong()),
                logprobs);
    }

    private static Map<Integer, Float> logitBias(Fields fields, int vocabSize) {
        Map<Integer, Float> biases = new HashMap<>();
        fields.object("logit_bias")
                .ifPresent(object -> object.node().properties().forEach(entry -> {
                    String path = "logit_bias";
                    boolean isId = entry.getKey().matches("\\d{1,9}") && Integer.parseInt(entry.getKey()) < vocabSize;
                    fields.expect(isId, path, "token ids from 0 to " + (vocabSize - 1) + " as keys", object.node());
                    fields.expect(entry.getValue().isNumber(), path, "numbers as values", entry.getValue());
                    biases.put(
                            Integer.parseInt(entry.getKey()), entry.getValue().floatValue());
                }));
        return biases;
    }

    static List<String> stops(Fields fields) {
        return fields.value("stop")
                .map(node -> {
                    List<JsonNode> items = node.isArray() ? elements(node) : List.of(node);
                    boolean fit = items.size() <= STOPS_MAX && items.stream().allMatch(SamplingFields::isStop);
                    fields.expect(
                            fit,
                            "stop",
                            "a string or up to " + STOPS_MAX + " strings of 1 to " + STOP_CHARS_MAX + " characters",
                            node);
                    return items.stream().map(JsonNode::stringValue).toList();
                })
                .orElse(List.of());
    }

    static Set<Integer> stopTokenIds(Fields fields) {
        Set<Integer> ids = new TreeSet<>();
        fields.value("stop_token_ids").ifPresent(node -> {
            Arrays.stream(TokenIdField.read(fields, "stop_token_ids", node)).forEach(ids::add);
        });
        return ids;
    }

    static boolean includeUsage(Fields fields, boolean stream) {
        var options = fields.object("stream_options");
        if (options.isEmpty()) {
            return false;
        }
        if (!stream) {
            throw fields.unsupported("stream_options", "is only for stream: true");
        }
        options.get().acceptOnly("continuous_usage_stats", "false");
        options.get().acceptOnly("include_obfuscation", "false");
        boolean include = options.get().flag("include_usage", false);
        options.get().refuseUnknown(Set.of());
        return include;
    }

    static List<JsonNode> elements(JsonNode array) {
        return StreamSupport.stream(array.spliterator(), false).toList();
    }

    private static boolean isStop(JsonNode node) {
        return node.isString()
                && !node.stringValue().isEmpty()
                && node.stringValue().length() <= STOP_CHARS_MAX;
    }
}
