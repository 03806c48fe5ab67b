package io.thunderhead.model.config;

import tools.jackson.databind.JsonNode;

/// Options of the architecture that no released checkpoint uses; a checkpoint that asks for one is refused, because it
/// would give wrong tokens without a word.
final class UnsupportedOptions {
    private UnsupportedOptions() {}

    static void refuse(ConfigFields fields, ConfigLayout layout) {
        String activation = fields.text("hidden_act", "silu");
        if (!activation.equals("silu")) {
            fields.problem("hidden_act", "\"silu\"", fields.raw("hidden_act"));
        }
        // the original class's default is false, under which residuals are other values (spec section 4)
        if (!fields.flag("postnorm", layout == ConfigLayout.TRANSFORMERS)) {
            fields.problem("postnorm", "true", fields.raw("postnorm"));
        }
        refuseUnlessAbsent(fields, "sliding_window");
        refuseUnlessAbsent(fields, "quantization_config");
        refuseSharedExpert(fields);
    }

    private static void refuseUnlessAbsent(ConfigFields fields, String key) {
        if (fields.has(key)) {
            fields.problem(key, "null or nothing", fields.raw(key));
        }
    }

    /// The size is a number, or a list of one in MiniMax-VL-01.
    private static void refuseSharedExpert(ConfigFields fields) {
        JsonNode size = fields.raw("shared_intermediate_size");
        boolean none = !fields.has("shared_intermediate_size")
                || isZero(size)
                || (size.isArray() && size.valueStream().allMatch(UnsupportedOptions::isZero));
        if (!none) {
            fields.problem("shared_intermediate_size", "0 or [0]", size);
        }
    }

    private static boolean isZero(JsonNode node) {
        return node.isIntegralNumber() && node.asLong(1) == 0;
    }
}
