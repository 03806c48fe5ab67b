package io.thunderhead.model.checkpoint;

import io.thunderhead.core.error.ErrorCode;
import io.thunderhead.core.error.ServingException;
import io.thunderhead.model.config.ModelConfig;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// Copies a checkpoint with its matrices of attention and experts quantized: one file for what stands outside the
/// layers, and for each layer one for its attention and one for its experts, which are the parts that workers hold. All
/// else is copied as it is stored.
public final class QuantizedCheckpointWriter {
    /// A part of a tensor that goes to the file at once.
    private static final long PIECE_BYTES = 64L << 20;

    private final Checkpoint source;
    private final Quantizer quantizer;
    private final LoadListener listener;
    private final long totalBytes;
    private long readBytes;

    /// @param listener told of bytes read from the source
    public QuantizedCheckpointWriter(Checkpoint source, Quantizer quantizer, LoadListener listener) {
        this.source = source;
        this.quantizer = quantizer;
        this.listener = listener;
        this.totalBytes = ModelTensors.of(source.config()).stream()
                .mapToLong(spec -> stored(spec).data().byteSize())
                .sum();
    }

    /// Quantizes one stored matrix into memory of the arena.
    @FunctionalInterface
    public interface Quantizer {
        Int8Matrix quantize(StoredTensor tensor, Arena arena);
    }

    /// Throws INVALID_REQUEST if the source is quantized already or the folder cannot be written; what is written by
    /// then stays, without the index that would make it a checkpoint.
    ///
    /// @param folder exists and holds no weights
    public void write(Path folder) {
        ObjectNode weightMap = new JsonMapper().createObjectNode();
        long written = 0;
        try {
            for (Map.Entry<String, List<TensorSpec>> file : files().entrySet()) {
                List<SafetensorsFile.Entry> entries = entries(file.getValue());
                writeFile(folder.resolve(file.getKey()), entries, file.getValue());
                entries.forEach(entry -> weightMap.put(entry.name(), file.getKey()));
                written += entries.getLast().offset() + entries.getLast().byteCount();
            }
            CheckpointFiles.writeIndex(folder, weightMap, written);
        } catch (IOException e) {
            throw new ServingException(ErrorCode.INVALID_REQUEST, "cannot write " + folder + ": " + e, e);
        }
    }

    /// Of all tensors, headers not counted.
    public long byteSize() {
        return files().values().stream()
                .map(this::entries)
                .mapToLong(entries ->
                        entries.getLast().offset() + entries.getLast().byteCount())
                .sum();
    }

    private Map<String, List<TensorSpec>> files() {
        ModelConfig config = source.config();
        Map<String, List<TensorSpec>> files = new LinkedHashMap<>();
        Stream<TensorSpec> ends =
                Stream.of(ModelTensors.table(config, TensorNames.EMBEDDING), ModelTensors.finalNorm(config));
        Stream<TensorSpec> head =
                config.tiedEmbeddings() ? Stream.empty() : Stream.of(ModelTensors.table(config, TensorNames.HEAD));
        files.put("ends.safetensors", Stream.concat(ends, head).toList());
        for (int i = 0; i < config.layerCount(); i++) {
            int layer = i;
            files.put(fileOf(layer, "attention"), ModelTensors.ofLayer(config, layer));
            files.put(
                    fileOf(layer, "experts"),
                    IntStream.range(0, config.expertCount())
                            .boxed()
                            .flatMap(expert -> ModelTensors.ofExpert(config, layer, expert).stream())
                            .toList());
        }
        return files;
    }

    private static String fileOf(int layer, String part) {
        return String.format(Locale.ROOT, "layer-%03d-%s.safetensors", layer, part);
    }

    /// Panels first: they stay aligned to cache lines.
    private List<SafetensorsFile.Entry> entries(List<TensorSpec> tensors) {
        List<SafetensorsFile.Entry> entries = new ArrayList<>();
        List<TensorSpec> matrices =
                tensors.stream().filter(ModelTensors::isQuantizable).toList();
        for (TensorSpec matrix : matrices) {
            List<Integer> panels = IntStream.of(
                            Int8Tensors.panels(outSize(matrix), matrix.shape().getLast()))
                    .boxed()
                    .toList();
            append(entries, matrix.name(), Int8Tensors.VALUES_DTYPE, panels, Byte.BYTES);
        }
        for (TensorSpec matrix : matrices) {
            append(
                    entries,
                    Int8Tensors.scalesOf(matrix.name()),
                    Int8Tensors.SCALES_DTYPE,
                    List.of(outSize(matrix)),
                    Float.BYTES);
        }
        for (TensorSpec tensor : tensors) {
            if (!ModelTensors.isQuantizable(tensor)) {
                DType dtype = stored(tensor).dtype();
                append(entries, tensor.name(), dtype.name(), tensor.shape(), dtype.byteSize());
            }
        }
        return entries;
    }

    private static void append(
            List<SafetensorsFile.Entry> entries, String name, String dtype, List<Integer> shape, int elementBytes) {
        long offset = entries.isEmpty()
                ? 0
                : entries.getLast().offset() + entries.getLast().byteCount();
        long bytes = new TensorSpec(name, shape).elementCount() * elementBytes;
        entries.add(new SafetensorsFile.Entry(name, dtype, shape, offset, bytes));
    }

    private static int outSize(TensorSpec matrix) {
        return matrix.shape().getFirst();
    }

    private void writeFile(Path file, List<SafetensorsFile.Entry> entries, List<TensorSpec> tensors)
            throws IOException {
        try (SafetensorsOutput output = SafetensorsOutput.create(file, entries)) {
            for (TensorSpec tensor : tensors) {
                StoredTensor stored = stored(tensor);
                if (ModelTensors.isQuantizable(tensor)) {
                    writeQuantized(output, stored);
                } else {
                    write(output, tensor.name(), stored.data());
                }
                readBytes += stored.data().byteSize();
                listener.progress(readBytes, totalBytes);
            }
        }
    }

    private void writeQuantized(SafetensorsOutput output, StoredTensor stored) throws IOException {
        try (Arena arena = Arena.ofShared()) {
            Int8Matrix matrix = quantizer.quantize(stored, arena);
            write(output, stored.name(), matrix.values());
            write(output, Int8Tensors.scalesOf(stored.name()), matrix.scales());
        }
    }

    private static void write(SafetensorsOutput output, String tensor, MemorySegment data) throws IOException {
        for (long offset = 0; offset < data.byteSize(); offset += PIECE_BYTES) {
            long count = Math.min(PIECE_BYTES, data.byteSize() - offset);
            output.write(tensor, offset, data.asSlice(offset, count).asByteBuffer());
        }
    }

    private StoredTensor stored(TensorSpec spec) {
        if (ModelTensors.isQuantizable(spec)
                && source.int8(spec.name(), spec.shape().get(0), spec.shape().get(1))
                        .isPresent()) {
            throw new ServingException(ErrorCode.INVALID_REQUEST, spec.name() + " is quantized already");
        }
        return source.tensor(spec.name(), spec.dimensions());
    }
}
