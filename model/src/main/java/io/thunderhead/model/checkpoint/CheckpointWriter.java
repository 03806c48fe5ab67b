package io.thunderhead.model.checkpoint;

import io.thunderhead.core.error.ErrorCode;
import io.thunderhead.core.error.ServingException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.LongStream;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// Writes the weights of a model into a folder as releases hold them: one `model.safetensors`, or numbered shards with
/// their index. No tensor is ever whole in memory.
public final class CheckpointWriter {
    /// As big as the shards of released checkpoints.
    public static final long SHARD_BYTES = 5_000_000_000L;

    private static final int PIECE_BYTES = 4 << 20;
    private static final String SINGLE = "model.safetensors";

    private final Path folder;
    private final DType dtype;
    private final long shardBytes;
    private final ThreadLocal<ByteBuffer> buffers =
            ThreadLocal.withInitial(() -> ByteBuffer.allocateDirect(PIECE_BYTES).order(ByteOrder.LITTLE_ENDIAN));

    /// @param folder exists and holds no weights
    /// @param shardBytes most bytes of tensors in a file, but for a tensor that is larger
    public CheckpointWriter(Path folder, DType dtype, long shardBytes) {
        this.folder = folder;
        this.dtype = dtype;
        this.shardBytes = shardBytes;
    }

    /// Where the numbers come from. Called from several threads, for pieces in no order.
    @FunctionalInterface
    public interface Source {
        /// Fills all of `piece`, which is little-endian, with elements from `firstElement` on.
        void fill(TensorSpec tensor, long firstElement, ByteBuffer piece);
    }

    /// Told how many bytes more are written; called from several threads.
    @FunctionalInterface
    public interface Progress {
        void written(long bytes);
    }

    /// Throws INVALID_REQUEST if the folder cannot be written; what is written by then stays.
    public void write(List<TensorSpec> tensors, Source source, Progress progress) {
        List<List<TensorSpec>> shards = shards(tensors);
        ObjectNode weightMap = new JsonMapper().createObjectNode();
        try {
            for (int shard = 0; shard < shards.size(); shard++) {
                String file = shards.size() == 1 ? SINGLE : shardName(shard + 1, shards.size());
                writeFile(folder.resolve(file), shards.get(shard), source, progress);
                shards.get(shard).forEach(tensor -> weightMap.put(tensor.name(), file));
            }
            if (shards.size() > 1) {
                CheckpointFiles.writeIndex(folder, weightMap, bytes(tensors));
            }
        } catch (IOException | UncheckedIOException e) {
            throw new ServingException(ErrorCode.INVALID_REQUEST, "cannot write " + folder + ": " + e.getMessage(), e);
        }
    }

    /// Of all these tensors, headers not counted.
    public long bytes(List<TensorSpec> tensors) {
        return tensors.stream().mapToLong(this::bytes).sum();
    }

    private long bytes(TensorSpec tensor) {
        return tensor.elementCount() * dtype.byteSize();
    }

    private static String shardName(int number, int count) {
        return String.format(Locale.ROOT, "model-%05d-of-%05d.safetensors", number, count);
    }

    private List<List<TensorSpec>> shards(List<TensorSpec> tensors) {
        List<List<TensorSpec>> shards = new ArrayList<>();
        long left = 0;
        for (TensorSpec tensor : tensors) {
            if (shards.isEmpty() || bytes(tensor) > left) {
                shards.add(new ArrayList<>());
                left = shardBytes;
            }
            shards.getLast().add(tensor);
            left -= bytes(tensor);
        }
        return shards;
    }

    private void writeFile(Path file, List<TensorSpec> tensors, Source source, Progress progress) throws IOException {
        try (SafetensorsOutput output = SafetensorsOutput.create(file, entries(tensors))) {
            tensors.parallelStream()
                    .forEach(tensor -> LongStream.range(0, Math.ceilDiv(bytes(tensor), PIECE_BYTES))
                            .parallel()
                            .forEach(piece -> writePiece(output, tensor, piece * PIECE_BYTES, source, progress)));
        }
    }

    private List<SafetensorsFile.Entry> entries(List<TensorSpec> tensors) {
        List<SafetensorsFile.Entry> entries = new ArrayList<>();
        long offset = 0;
        for (TensorSpec tensor : tensors) {
            entries.add(new SafetensorsFile.Entry(tensor.name(), dtype.name(), tensor.shape(), offset, bytes(tensor)));
            offset += bytes(tensor);
        }
        return entries;
    }

    private void writePiece(
            SafetensorsOutput output, TensorSpec tensor, long offsetBytes, Source source, Progress progress) {
        int length = (int) Math.min(PIECE_BYTES, bytes(tensor) - offsetBytes);
        ByteBuffer piece = buffers.get().clear().limit(length);
        source.fill(tensor, offsetBytes / dtype.byteSize(), piece);
        try {
            output.write(tensor.name(), offsetBytes, piece.rewind());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        progress.written(length);
    }
}
