package io.thunderhead.model.config;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import tools.jackson.databind.JsonNode;

/// Which layer is of which kind: `layer_types` by name, or `attn_type_list` by number.
final class LayerKindsReader {
    private static final Map<String, LayerKind> BY_VALUE = Map.of(
            "0", LayerKind.LIGHTNING,
            "1", LayerKind.SOFTMAX,
            "linear_attention", LayerKind.LIGHTNING,
            "full_attention", LayerKind.SOFTMAX);

    private LayerKindsReader() {}

    static List<LayerKind> read(ConfigFields fields, ConfigLayout layout, int layerCount) {
        if (fields.has("layer_types")) {
            return list(fields, "layer_types", layerCount, "\"linear_attention\" or \"full_attention\"");
        }
        if (fields.has("attn_type_list")) {
            return list(fields, "attn_type_list", layerCount, "0 (lightning) or 1 (softmax)");
        }
        if (layout == ConfigLayout.TRANSFORMERS) {
            return alternating(layerCount);
        }
        fields.problem("attn_type_list", "one entry for each of " + layerCount + " layers", "nothing");
        return harmless(layerCount);
    }

    private static List<LayerKind> list(ConfigFields fields, String key, int layerCount, String expected) {
        JsonNode entries = fields.raw(key);
        if (!entries.isArray() || entries.size() != layerCount) {
            String found = entries.isArray() ? entries.size() + " entries" : entries.toString();
            fields.problem(key, "one entry for each of " + layerCount + " layers", found);
            return harmless(layerCount);
        }
        List<LayerKind> kinds = new ArrayList<>();
        for (int i = 0; i < layerCount; i++) {
            Optional<LayerKind> kind =
                    Optional.ofNullable(BY_VALUE.get(entries.path(i).asString("")));
            if (kind.isEmpty()) {
                fields.problem(key + "[" + i + "]", expected, entries.path(i));
            }
            kinds.add(kind.orElse(LayerKind.LIGHTNING));
        }
        return kinds;
    }

    /// The default of transformers' class, whose first layer is softmax.
    private static List<LayerKind> alternating(int layerCount) {
        return IntStream.range(0, layerCount)
                .mapToObj(layer -> layer % 2 == 0 ? LayerKind.SOFTMAX : LayerKind.LIGHTNING)
                .toList();
    }

    private static List<LayerKind> harmless(int layerCount) {
        return Collections.nCopies(layerCount, LayerKind.LIGHTNING);
    }
}
