package io.thunderhead.model.experts;

import io.thunderhead.core.error.ErrorCode;
import io.thunderhead.core.error.ServingException;
import io.thunderhead.model.checkpoint.LoadListener;
import io.thunderhead.model.checkpoint.ModelTensors;
import io.thunderhead.model.checkpoint.TensorSource;
import io.thunderhead.model.checkpoint.TensorSpec;
import io.thunderhead.model.config.ModelConfig;
import io.thunderhead.model.kernels.Kernels;
import io.thunderhead.model.kernels.WeightLoader;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/// The experts that a worker holds, and their feed-forward over routed rows.
///
/// Weights that were quantized ahead of time are used where the source maps them: it must stay open.
///
/// [#load] may run beside [#run]. [#remove] and [#close] free memory at once: the owner calls them when no run that
/// needs those experts is under way. Several runs may be under way, each with its own workspace. The kernels stay the
/// caller's.
public final class ExpertBank implements AutoCloseable {
    private final ModelConfig config;
    private final Kernels kernels;
    private final ExpertStore store;

    /// A bank in this process's memory.
    public ExpertBank(ModelConfig config, Kernels kernels) {
        this(config, kernels, new HostExperts(config, kernels));
    }

    /// @param store closed with the bank
    public ExpertBank(ModelConfig config, Kernels kernels, ExpertStore store) {
        this.config = config;
        this.kernels = kernels;
        this.store = store;
    }

    /// A bank that holds these experts; nothing stays allocated if one cannot be loaded.
    public static ExpertBank load(
            ModelConfig config,
            TensorSource source,
            Map<Integer, List<Integer>> expertsByLayer,
            Kernels kernels,
            LoadListener listener) {
        ExpertBank bank = new ExpertBank(config, kernels);
        try {
            bank.load(source, ids(expertsByLayer), listener);
            return bank;
        } catch (RuntimeException | Error e) {
            bank.close();
            throw e;
        }
    }

    /// @param expertsByLayer ids within each layer
    public static List<ExpertId> ids(Map<Integer, List<Integer>> expertsByLayer) {
        return expertsByLayer.entrySet().stream()
                .flatMap(layer -> layer.getValue().stream().map(expert -> new ExpertId(layer.getKey(), expert)))
                .toList();
    }

    /// Adds those of the experts that are not held yet, one by one: each can run as soon as it is in. Throws
    /// CHECKPOINT_INVALID before the first if a tensor is missing. One load at a time.
    public void load(TensorSource source, Collection<ExpertId> wanted, LoadListener listener) {
        Set<ExpertId> held = store.held();
        List<ExpertId> missing =
                wanted.stream().filter(id -> !held.contains(id)).sorted().toList();
        List<TensorSpec> tensors = missing.stream()
                .flatMap(id -> ModelTensors.ofExpert(config, id.layerIndex(), id.expert()).stream())
                .toList();
        WeightLoader loader = new WeightLoader(source, kernels, tensors, listener);
        store.reserve(missing.size());
        missing.forEach(id -> store.add(id, loader));
    }

    /// Frees the experts; unknown ones are ignored.
    public void remove(Collection<ExpertId> ids) {
        store.remove(ids);
    }

    public ModelConfig config() {
        return config;
    }

    /// Where the experts lie; this bank's.
    public ExpertStore store() {
        return store;
    }

    /// What is held now.
    public SortedSet<ExpertId> held() {
        return new TreeSet<>(store.held());
    }

    /// Bytes of packed weights.
    public long byteSize() {
        return store.byteSize();
    }

    /// Computes the experts of every row and writes float32 rows `[rowCount * rowsPerToken, hidden]` to `out`, in the
    /// order of the rows.
    ///
    /// With top-k up to 2 there is one row a routed row: the sum, in slot order, of `weight * expert(row)` over its
    /// slots that live here, each product rounded to float32 before it is added. With a larger top-k there are
    /// `topK` rows, the weighted output of each slot; a slot of -1 leaves its row untouched.
    ///
    /// Throws, having written nothing, STALE_PLAN if an expert is not held, PROTOCOL_VIOLATION if
    /// there is no such expert in the model.
    public void run(int layerIndex, RoutedRows rows, ExpertWorkspace workspace, MemorySegment out) {
        checkExperts(rows);
        workspace.reserve(rows.rowCount() * rows.topK());
        int groups = gather(rows, workspace);
        store.feedForward(
                layerIndex,
                workspace.experts,
                workspace.firstRows,
                groups,
                workspace.input,
                workspace.activated,
                workspace.output);
        combine(rows, workspace, out);
    }

    /// A slot that no group takes would be answered with another row's numbers.
    private void checkExperts(RoutedRows rows) {
        for (int row = 0; row < rows.rowCount(); row++) {
            for (int slot = 0; slot < rows.topK(); slot++) {
                if (rows.expertId(row, slot) >= config.expertCount()) {
                    throw new ServingException(
                            ErrorCode.PROTOCOL_VIOLATION,
                            "expert: expected one of " + config.expertCount() + ", got " + rows.expertId(row, slot));
                }
            }
        }
    }

    /// Groups the slots by expert, ascending: gives each slot's row its place, then copies the rows there.
    private int gather(RoutedRows rows, ExpertWorkspace workspace) {
        int[] places = workspace.places;
        countSlots(rows, places);
        int groups = 0;
        int gathered = 0;
        for (int expert = 0; expert < config.expertCount(); expert++) {
            int count = places[expert];
            if (count > 0) {
                workspace.experts[groups] = expert;
                workspace.firstRows[groups++] = gathered;
                places[expert] = gathered;
                gathered += count;
            }
        }
        workspace.firstRows[groups] = gathered;
        for (int row = 0; row < rows.rowCount(); row++) {
            for (int slot = 0; slot < rows.topK(); slot++) {
                int expert = rows.expertId(row, slot);
                if (expert >= 0) {
                    workspace.positions[row * rows.topK() + slot] = places[expert]++;
                }
            }
        }
        kernels.forRows(rows.rowCount(), (first, end) -> copyRows(rows, first, end, workspace));
        return groups;
    }

    private static void countSlots(RoutedRows rows, int[] counts) {
        Arrays.fill(counts, 0);
        for (int row = 0; row < rows.rowCount(); row++) {
            for (int slot = 0; slot < rows.topK(); slot++) {
                int expert = rows.expertId(row, slot);
                if (expert >= 0) {
                    counts[expert]++;
                }
            }
        }
    }

    private void copyRows(RoutedRows rows, int firstRow, int endRow, ExpertWorkspace workspace) {
        int hiddenSize = config.hiddenSize();
        for (int row = firstRow; row < endRow; row++) {
            long source = (long) rows.sourceRow(row) * hiddenSize * Float.BYTES;
            for (int slot = 0; slot < rows.topK(); slot++) {
                if (rows.expertId(row, slot) >= 0) {
                    MemorySegment.copy(
                            rows.hidden(),
                            ValueLayout.JAVA_FLOAT_UNALIGNED,
                            source,
                            workspace.input,
                            workspace.positions[row * rows.topK() + slot] * hiddenSize,
                            hiddenSize);
                }
            }
        }
    }

    private void combine(RoutedRows rows, ExpertWorkspace workspace, MemorySegment out) {
        boolean summed = rows.topK() <= 2;
        kernels.forRows(rows.rowCount(), (first, end) -> {
            for (int row = first; row < end; row++) {
                if (summed) {
                    combineSum(rows, row, workspace, out);
                } else {
                    combineSlots(rows, row, workspace, out);
                }
            }
        });
    }

    /// The sum grows in the output row of the first slot that lives here; zeros if none does.
    private void combineSum(RoutedRows rows, int row, ExpertWorkspace workspace, MemorySegment out) {
        int sum = -1;
        for (int slot = 0; slot < rows.topK(); slot++) {
            if (rows.expertId(row, slot) >= 0) {
                int found = weigh(rows, row, slot, workspace);
                if (sum < 0) {
                    sum = found;
                } else {
                    add(workspace.output, sum, found);
                }
            }
        }
        if (sum < 0) {
            out.asSlice((long) row * config.hiddenSize() * Float.BYTES, (long) config.hiddenSize() * Float.BYTES)
                    .fill((byte) 0);
        } else {
            write(workspace.output, sum, out, row);
        }
    }

    private void combineSlots(RoutedRows rows, int row, ExpertWorkspace workspace, MemorySegment out) {
        for (int slot = 0; slot < rows.topK(); slot++) {
            if (rows.expertId(row, slot) >= 0) {
                int found = weigh(rows, row, slot, workspace);
                write(workspace.output, found, out, row * rows.topK() + slot);
            }
        }
    }

    /// Weighs a slot's output row in place; returns where it begins.
    private int weigh(RoutedRows rows, int row, int slot, ExpertWorkspace workspace) {
        int offset = workspace.positions[row * rows.topK() + slot] * config.hiddenSize();
        float weight = rows.weight(row, slot);
        for (int i = offset; i < offset + config.hiddenSize(); i++) {
            workspace.output[i] *= weight;
        }
        return offset;
    }

    private void add(float[] output, int sum, int term) {
        for (int i = 0; i < config.hiddenSize(); i++) {
            output[sum + i] += output[term + i];
        }
    }

    private void write(float[] output, int offset, MemorySegment out, long outRow) {
        int count = config.hiddenSize();
        MemorySegment.copy(output, offset, out, ValueLayout.JAVA_FLOAT_UNALIGNED, outRow * count * Float.BYTES, count);
    }

    /// Every expert of every layer in `[0, layerCount)`: for a process that holds the whole model.
    public static Map<Integer, List<Integer>> all(ModelConfig config) {
        List<Integer> every = IntStream.range(0, config.expertCount()).boxed().toList();
        return IntStream.range(0, config.layerCount())
                .boxed()
                .collect(Collectors.toMap(layer -> layer, layer -> every));
    }

    @Override
    public void close() {
        store.close();
    }
}
