package io.thunderhead.model.checkpoint;

import io.thunderhead.model.config.CheckpointProblem;
import io.thunderhead.model.config.ModelConfig;
import io.thunderhead.model.config.ModelConfigReader;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.stream.IntStream;

/// A checkpoint directory, opened: config and headers are read, weights are mapped read-only and not touched, so that
/// each worker reads from disk only what it holds. Thread-safe; after [#close()] no tensor of it may be used.
public final class Checkpoint implements TensorSource, AutoCloseable {
    private final ModelConfig config;
    private final Quantization quantization;
    private final TensorTable table;
    private final Arena arena;

    private Checkpoint(ModelConfig config, Quantization quantization, TensorTable table, Arena arena) {
        this.config = config;
        this.quantization = quantization;
        this.table = table;
        this.arena = arena;
    }

    /// Throws CHECKPOINT_INVALID if the config, the index or a file's header is damaged. Whether all tensors are there
    /// in the right shapes is found out by [#verify()], or tensor by tensor.
    public static Checkpoint open(Path directory) {
        return open(directory, Quantization.NONE);
    }

    /// As [#open(Path)], to be loaded with this quantization.
    @SuppressWarnings("MustBeClosedChecker") // the checkpoint owns the arena and closes it
    public static Checkpoint open(Path directory, Quantization quantization) {
        ModelConfig config = ModelConfigReader.read(directory);
        Arena arena = Arena.ofShared();
        try {
            TensorTable table = TensorTable.of(directory.toString(), CheckpointFiles.open(directory, arena));
            return new Checkpoint(config, quantization, table, arena);
        } catch (RuntimeException e) {
            arena.close();
            throw e;
        }
    }

    public ModelConfig config() {
        return config;
    }

    /// With tied embeddings the head is the embedding's tensor.
    @Override
    public StoredTensor tensor(String name, int... expectedShape) {
        boolean tiedHead = name.equals(TensorNames.HEAD)
                && config.tiedEmbeddings()
                && !table.parts().containsKey(name);
        return table.tensor(
                tiedHead ? TensorNames.EMBEDDING : name,
                IntStream.of(expectedShape).boxed().toList());
    }

    @Override
    public Optional<Int8Matrix> int8(String name, int outSize, int inSize) {
        return table.int8(name, outSize, inSize);
    }

    @Override
    public Quantization quantization() {
        return quantization;
    }

    /// Whether attention and experts stand in memory as int8, because they are stored so or are to be quantized.
    public boolean loadsAsInt8() {
        return quantization == Quantization.INT8 || table.parts().containsKey(Int8Tensors.scalesOf(firstExpert()));
    }

    /// Whether a directory holds weights that were quantized ahead of time; false if it holds none yet. Throws
    /// CHECKPOINT_INVALID as [#open] does.
    public static boolean isStoredAsInt8(Path directory) {
        if (!CheckpointFiles.hasWeights(directory)) {
            return false;
        }
        try (Checkpoint checkpoint = open(directory)) {
            return checkpoint.loadsAsInt8();
        }
    }

    private static String firstExpert() {
        return TensorNames.expertGate(0, 0);
    }

    /// Every tensor that is missing, of wrong shape or dtype, or not part of a model of this config. Reads no weights.
    public List<CheckpointProblem> problems() {
        return table.problems(config);
    }

    /// Throws CHECKPOINT_INVALID listing all [#problems()].
    public void verify() {
        CheckpointProblem.throwIfAny(problems());
    }

    /// Name of these weights, as they will stand in memory, for caches: see [Fingerprint]. Reads a few pages a layer.
    public String fingerprint() {
        return Fingerprint.of(config, quantization, table.parts());
    }

    /// All tensors by released name, vision tower included.
    SortedMap<String, StoredPart> parts() {
        return table.parts();
    }

    /// Unmaps the weights.
    @Override
    public void close() {
        arena.close();
    }
}
