package io.thunderhead.model.checkpoint;

import io.thunderhead.model.config.CheckpointProblem;
import io.thunderhead.model.config.StrictJson;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/// The JSON header of a safetensors file, turned into checked entries: every entry's bytes fit its shape, and together
/// they cover the data section without gap or overlap, as the format demands.
final class SafetensorsHeader {
    /// Bytes an element, by the format's own names.
    private static final Map<String, Integer> ELEMENT_BYTES = Map.ofEntries(
            Map.entry("BOOL", 1),
            Map.entry("U8", 1),
            Map.entry("I8", 1),
            Map.entry("F8_E4M3", 1),
            Map.entry("F8_E5M2", 1),
            Map.entry("U16", 2),
            Map.entry("I16", 2),
            Map.entry("F16", 2),
            Map.entry("BF16", 2),
            Map.entry("U32", 4),
            Map.entry("I32", 4),
            Map.entry("F32", 4),
            Map.entry("U64", 8),
            Map.entry("I64", 8),
            Map.entry("F64", 8));

    private final String file;
    private final long dataBytes;
    private final List<CheckpointProblem> problems = new ArrayList<>();

    private SafetensorsHeader(String file, long dataBytes) {
        this.file = file;
        this.dataBytes = dataBytes;
    }

    /// Entries by name, in the header's order. Throws CHECKPOINT_INVALID listing every problem.
    ///
    /// @param dataBytes length of the data section that follows the header
    static Map<String, SafetensorsFile.Entry> parse(String file, byte[] json, long dataBytes) {
        return new SafetensorsHeader(file, dataBytes).entries(StrictJson.readObject(file, "header", json));
    }

    private Map<String, SafetensorsFile.Entry> entries(JsonNode root) {
        Map<String, SafetensorsFile.Entry> entries = new LinkedHashMap<>();
        for (Map.Entry<String, JsonNode> field : root.properties()) {
            if (!field.getKey().equals("__metadata__")) {
                int before = problems.size();
                SafetensorsFile.Entry entry = entry(field.getKey(), field.getValue());
                if (problems.size() == before) {
                    entries.put(entry.name(), entry);
                }
            }
        }
        CheckpointProblem.throwIfAny(problems);
        checkCover(entries);
        CheckpointProblem.throwIfAny(problems);
        return entries;
    }

    /// Reports what is wrong; the result is of use only if nothing is.
    private SafetensorsFile.Entry entry(String name, JsonNode json) {
        String dtype = json.path("dtype").asString("");
        if (!ELEMENT_BYTES.containsKey(dtype)) {
            problem(name, "a known dtype", json.path("dtype").toString());
        }
        List<Integer> shape = shape(name, json.path("shape"));
        JsonNode offsets = json.path("data_offsets");
        long begin = offset(offsets, 0);
        long end = offset(offsets, 1);
        if (offsets.size() != 2 || begin < 0 || end < begin || end > dataBytes) {
            problem(name, "data_offsets within the file's " + dataBytes + " data bytes", offsets.toString());
        }
        SafetensorsFile.Entry entry = new SafetensorsFile.Entry(name, dtype, shape, begin, end - begin);
        long needed = byteCount(shape, ELEMENT_BYTES.getOrDefault(dtype, 0));
        if (needed != entry.byteCount()) {
            problem(name, needed + " bytes for " + dtype + " " + shape, entry.byteCount() + " bytes");
        }
        return entry;
    }

    private List<Integer> shape(String name, JsonNode json) {
        List<Integer> shape = new ArrayList<>();
        for (JsonNode dimension : json) {
            if (dimension.isIntegralNumber() && dimension.canConvertToInt() && dimension.intValue() >= 0) {
                shape.add(dimension.intValue());
            }
        }
        if (!json.isArray() || shape.size() != json.size()) {
            problem(name, "a shape of sizes from 0 to " + Integer.MAX_VALUE, json.toString());
        }
        return shape;
    }

    private static long offset(JsonNode offsets, int index) {
        JsonNode value = offsets.path(index);
        return value.isIntegralNumber() && value.canConvertToLong() ? value.longValue() : -1;
    }

    /// -1 if it is beyond a long.
    private static long byteCount(List<Integer> shape, int elementBytes) {
        try {
            long count = elementBytes;
            for (int dimension : shape) {
                count = Math.multiplyExact(count, dimension);
            }
            return count;
        } catch (ArithmeticException e) {
            return -1;
        }
    }

    private void checkCover(Map<String, SafetensorsFile.Entry> entries) {
        List<SafetensorsFile.Entry> sorted = entries.values().stream()
                .sorted(Comparator.comparingLong(SafetensorsFile.Entry::offset)
                        .thenComparingLong(SafetensorsFile.Entry::byteCount))
                .toList();
        long end = 0;
        for (SafetensorsFile.Entry entry : sorted) {
            if (entry.offset() != end) {
                String what = entry.offset() < end ? "an overlap" : "a gap";
                problem(entry.name(), "data from offset " + end, what + ": data from offset " + entry.offset());
            }
            end = Math.max(end, entry.offset() + entry.byteCount());
        }
        if (end != dataBytes) {
            problems.add(new CheckpointProblem(file, "data", end + " bytes by the header", dataBytes + " bytes"));
        }
    }

    private void problem(String tensor, String expected, String found) {
        problems.add(new CheckpointProblem(file, "tensor " + tensor, expected, found));
    }
}
