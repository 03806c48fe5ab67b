package io.thunderhead.model.checkpoint;

import io.thunderhead.model.config.CheckpointProblem;
import io.thunderhead.model.config.ModelConfig;
import io.thunderhead.model.config.ModelConfigReader;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.List;
import java.util.SortedMap;
import java.util.stream.IntStream;

/// A checkpoint directory, opened: config and headers are read, weights are mapped read-only and not touched, so that
/// each worker reads from disk only what it holds. Thread-safe; after [#close()] no tensor of it may be used.
public final class Checkpoint implements TensorSource, AutoCloseable {
    private final ModelConfig config;
    private final TensorTable table;
    private final Arena arena;

    private Checkpoint(ModelConfig config, TensorTable table, Arena arena) {
        this.config = config;
        this.table = table;
        this.arena = arena;
    }

    /// Throws CHECKPOINT_INVALID if the config, the index or a file's header is damaged. Whether all tensors are there
    /// in the right shapes is found out by [#verify()], or tensor by tensor.
    @SuppressWarnings("MustBeClosedChecker") // the checkpoint owns the arena and closes it
    public static Checkpoint open(Path directory) {
        ModelConfig config = ModelConfigReader.read(directory);
        Arena arena = Arena.ofShared();
        try {
            TensorTable table = TensorTable.of(directory.toString(), CheckpointFiles.open(directory, arena));
            return new Checkpoint(config, table, arena);
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

    /// Every tensor that is missing, of wrong shape or dtype, or not part of a model of this config. Reads no weights.
    public List<CheckpointProblem> problems() {
        return table.problems(config);
    }

    /// Throws CHECKPOINT_INVALID listing all [#problems()].
    public void verify() {
        CheckpointProblem.throwIfAny(problems());
    }

    /// Name of these weights for caches: see [Fingerprint]. Reads a few pages a layer.
    public String fingerprint() {
        return Fingerprint.of(config, table.parts());
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
