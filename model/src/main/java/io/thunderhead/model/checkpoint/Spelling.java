package io.thunderhead.model.checkpoint;

import io.thunderhead.model.config.CheckpointProblem;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// From the names that a file uses to the released ones: the prefix of vision models, `mlp` for `block_sparse_moe`, and
/// experts stacked in one tensor a layer (spec section 2).
final class Spelling {
    private static final String VISION_MODEL_PREFIX = "language_model.";

    /// Numbers that transformers derives from the config and saves along; we compute them.
    private static final Set<String> DERIVED =
            Set.of("slope_rate", "query_decay", "key_decay", "diagonal_decay", "inv_freq");

    private static final Pattern STACKED =
            Pattern.compile("(model\\.layers\\.\\d+\\.block_sparse_moe\\.experts\\.)(gate_up_proj|down_proj)");
    private static final int EXPERTS_MAX = 1024;

    private Spelling() {}

    /// The parts of one entry by released name; empty for a derived buffer.
    static Map<String, StoredPart> parts(SafetensorsFile file, SafetensorsFile.Entry entry) {
        String name = released(entry.name());
        if (DERIVED.contains(name.substring(name.lastIndexOf('.') + 1))) {
            return Map.of();
        }
        StoredPart whole = StoredPart.of(file, entry);
        Matcher stacked = STACKED.matcher(name);
        return stacked.matches() ? experts(stacked.group(1), stacked.group(2), whole) : Map.of(name, whole);
    }

    static String released(String storedName) {
        String name = storedName.startsWith(VISION_MODEL_PREFIX)
                ? storedName.substring(VISION_MODEL_PREFIX.length())
                : storedName;
        return name.replace(".mlp.gate.", ".block_sparse_moe.gate.")
                .replace(".mlp.experts.", ".block_sparse_moe.experts.");
    }

    /// `gate_up_proj [experts, 2 * intermediate, hidden]`, gate rows first; `down_proj [experts, hidden,
    /// intermediate]`.
    private static Map<String, StoredPart> experts(String prefix, String projection, StoredPart stacked) {
        boolean gateAndUp = projection.equals("gate_up_proj");
        checkStackedShape(stacked, gateAndUp);
        int count = stacked.shape().get(0);
        int rows = stacked.shape().get(1);
        int columns = stacked.shape().get(2);
        Map<String, StoredPart> parts = new TreeMap<>();
        for (int expert = 0; expert < count; expert++) {
            if (gateAndUp) {
                List<Integer> half = List.of(rows / 2, columns);
                parts.put(prefix + expert + ".w1.weight", stacked.slice(2 * expert, 2 * count, half));
                parts.put(prefix + expert + ".w3.weight", stacked.slice(2 * expert + 1, 2 * count, half));
            } else {
                parts.put(prefix + expert + ".w2.weight", stacked.slice(expert, count, List.of(rows, columns)));
            }
        }
        return parts;
    }

    private static void checkStackedShape(StoredPart stacked, boolean gateAndUp) {
        List<Integer> shape = stacked.shape();
        boolean three = shape.size() == 3 && shape.get(0) > 0 && shape.get(0) <= EXPERTS_MAX;
        if (!three || (gateAndUp && shape.get(1) % 2 != 0)) {
            String expected = gateAndUp ? "[experts, 2 * intermediate, hidden]" : "[experts, hidden, intermediate]";
            throw new CheckpointProblem(
                            stacked.file(), "tensor " + stacked.storedName(), "shape " + expected, shape.toString())
                    .asException();
        }
    }
}
