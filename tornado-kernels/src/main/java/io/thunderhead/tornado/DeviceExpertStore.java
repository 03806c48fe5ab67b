package io.thunderhead.tornado;

import static java.util.Objects.requireNonNull;

import io.thunderhead.core.error.ErrorCode;
import io.thunderhead.core.error.ServingException;
import io.thunderhead.model.config.ModelConfig;
import io.thunderhead.model.experts.ExpertId;
import io.thunderhead.model.experts.ExpertStore;
import io.thunderhead.model.kernels.FeedForwardWeights;
import io.thunderhead.model.kernels.WeightLoader;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// A worker's experts on a device, in blocks of places. A block is allocated for what is about to come, and freed when
/// the last expert has left it: TornadoVM neither grows an array nor frees a part of it.
///
/// [#add], [#reserve] and [#remove] on one thread at a time, [#feedForward] beside [#add].
final class DeviceExpertStore implements ExpertStore {
    /// A block's arrays, counted in elements of each of its three matrices.
    private static final long BLOCK_ELEMENTS_MAX = DeviceMatrices.ELEMENT_MAX;

    private final Target target;
    private final ModelConfig config;
    private final int[] rowMaxima;
    private final List<Block> blocks = new ArrayList<>();
    private final Map<ExpertId, Place> places = new ConcurrentHashMap<>();
    private final AtomicInteger changes = new AtomicInteger();
    private final ReadWriteLock use = new ReentrantReadWriteLock();
    private int expected;

    private static final class Block {
        private final DeviceExperts experts;
        private final int size;
        private final List<Integer> unused = new ArrayList<>();

        Block(DeviceExperts experts, int size) {
            this.experts = experts;
            this.size = size;
            for (int number = size - 1; number >= 0; number--) {
                unused.add(number);
            }
        }
    }

    private record Place(Block block, int number, long bytes) {}

    /// @param rowMaxima of the graphs, ascending
    DeviceExpertStore(Target target, ModelConfig config, int... rowMaxima) {
        this.target = target;
        this.config = config;
        this.rowMaxima = rowMaxima;
    }

    @Override
    public void reserve(int expertCount) {
        expected = expertCount;
    }

    @Override
    public void add(ExpertId id, WeightLoader loader) {
        try (Arena arena = Arena.ofShared()) {
            FeedForwardWeights weights = new LayerTensors(config, loader, arena).expert(id);
            Block block = blockWithRoomFor(weights);
            int number = block.unused.removeLast();
            block.experts.put(number, weights);
            places.put(id, new Place(block, number, weights.byteSize()));
            changes.incrementAndGet();
            expected = Math.max(0, expected - 1);
        }
    }

    private Block blockWithRoomFor(FeedForwardWeights model) {
        for (Block block : blocks) {
            if (!block.unused.isEmpty()) {
                return block;
            }
        }
        int size = Math.clamp(BLOCK_ELEMENTS_MAX / DeviceMatrices.words(model.gate()), 1, Math.max(1, expected));
        target.memory().check(size + " experts", size * model.byteSize());
        Block block = new Block(new DeviceExperts(target, model, size, rowMaxima), size);
        blocks.add(block);
        return block;
    }

    /// Held while experts are used by their addresses: none of them goes meanwhile.
    Lock useLock() {
        return use.readLock();
    }

    /// Another number whenever an expert came or went.
    int changes() {
        return changes.get();
    }

    /// On which device the experts are.
    Target target() {
        return target;
    }

    /// Where the experts of a layer lie, if all are here and in one block of a device with CUDA.
    Optional<LayerExperts> layerExperts(int layerIndex) {
        List<@Nullable Place> of = IntStream.range(0, config.expertCount())
                .<@Nullable Place>mapToObj(expert -> places.get(new ExpertId(layerIndex, expert)))
                .toList();
        Place first = of.getFirst();
        if (first == null
                || !first.block().experts.joins()
                || of.stream().anyMatch(place -> place == null || place.block() != first.block())) {
            return Optional.empty();
        }
        List<Integer> numbers =
                of.stream().map(place -> requireNonNull(place).number()).toList();
        return Optional.of(new LayerExperts(first.block().experts.located(), numbers));
    }

    /// @param places of the experts in their block
    record LayerExperts(DeviceExperts.Located located, List<Integer> places) {}

    @Override
    public void remove(Collection<ExpertId> ids) {
        use.writeLock().lock();
        try {
            removeUnused(ids);
            changes.incrementAndGet();
        } finally {
            use.writeLock().unlock();
        }
    }

    private void removeUnused(Collection<ExpertId> ids) {
        for (ExpertId id : ids) {
            Place place = places.remove(id);
            if (place != null) {
                place.block().unused.add(place.number());
            }
        }
        List<Block> empty = blocks.stream()
                .filter(block -> block.unused.size() == block.size)
                .toList();
        blocks.removeAll(empty);
        empty.forEach(block -> block.experts.close());
    }

    @Override
    public Set<ExpertId> held() {
        return places.keySet();
    }

    @Override
    public long byteSize() {
        return places.values().stream().mapToLong(Place::bytes).sum();
    }

    /// Neighbouring groups whose experts lie in the same block run together.
    @Override
    public void feedForward(
            int layerIndex, int[] experts, int[] firstRows, int groups, float[] x, float[] activated, float[] y) {
        Place[] of = new Place[groups];
        for (int group = 0; group < groups; group++) {
            of[group] = place(new ExpertId(layerIndex, experts[group]));
        }
        int first = 0;
        for (int end = 1; end <= groups; end++) {
            if (end == groups || !of[end].block().equals(of[first].block())) {
                run(of, first, end, firstRows, x, y);
                first = end;
            }
        }
    }

    private static void run(Place[] of, int first, int end, int[] firstRows, float[] x, float[] y) {
        int groups = end - first;
        int[] numbers = new int[groups];
        int[] rows = new int[groups + 1];
        for (int group = 0; group < groups; group++) {
            numbers[group] = of[first + group].number();
        }
        System.arraycopy(firstRows, first, rows, 0, groups + 1);
        of[first].block().experts.run(numbers, rows, groups, x, y);
    }

    private Place place(ExpertId id) {
        Place place = places.get(id);
        if (place == null) {
            throw new ServingException(
                    ErrorCode.STALE_PLAN,
                    "expert " + id.expert() + " of layer " + id.layerIndex() + " is not held here");
        }
        return place;
    }

    @Override
    public void close() {
        use.writeLock().lock();
        try {
            places.clear();
            changes.incrementAndGet();
            blocks.forEach(block -> block.experts.close());
            blocks.clear();
        } finally {
            use.writeLock().unlock();
        }
    }
}
