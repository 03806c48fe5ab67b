package io.thunderhead.tornado;

import io.thunderhead.model.config.LayerKind;
import io.thunderhead.model.config.ModelConfig;
import io.thunderhead.model.experts.ExpertStore;
import io.thunderhead.model.layers.DecoderLayer;
import io.thunderhead.model.layers.JoinedLayers;
import io.thunderhead.model.layers.LayerSet;
import io.thunderhead.model.layers.StageRoom;
import io.thunderhead.model.layers.Workspace;
import io.thunderhead.model.state.DeviceStates;
import io.thunderhead.model.state.StateLayout;
import io.thunderhead.model.state.StatePool;
import io.thunderhead.model.state.StepRows;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// The layers of a stage on a device, with its sequences' memory. One thread at a time.
final class DeviceStage implements LayerSet, DeviceStates {
    private final Target target;
    private final ModelConfig config;
    private final StageRoom room;
    private final List<LayerGroup> groups;
    private final List<DecoderLayer> layers;
    private final int rowMax;
    private final int[] expertIds;
    private final float[] weights;
    private @Nullable StepRows cut;
    private List<DeviceRows> parts = List.of();

    /// @param groups closed by this
    DeviceStage(Target target, ModelConfig config, StageRoom room, List<LayerGroup> groups) {
        this.target = target;
        this.config = config;
        this.room = room;
        this.groups = List.copyOf(groups);
        this.layers = layers(groups);
        this.rowMax =
                groups.stream().mapToInt(group -> group.layers().rowMax()).min().orElse(StateLayout.PAGE_TOKENS);
        this.expertIds = new int[rowMax * config.topK()];
        this.weights = new float[expertIds.length];
    }

    private List<DecoderLayer> layers(List<LayerGroup> groups) {
        List<DecoderLayer> all = new ArrayList<>();
        for (LayerGroup group : groups) {
            for (int place = 0; place < group.indexes().size(); place++) {
                all.add(new Layer(
                        group.indexes().get(place),
                        group.layers(),
                        place,
                        group.indexes().size()));
            }
        }
        all.sort(Comparator.comparingInt(DecoderLayer::index));
        return List.copyOf(all);
    }

    @Override
    public List<DecoderLayer> layers() {
        return layers;
    }

    @Override
    public StatePool newPool(StateLayout layout, StageRoom wanted) {
        if (wanted.sequenceSlots() > room.sequenceSlots() || wanted.kvPages() > room.kvPages()) {
            throw new IllegalArgumentException("device: expected at most " + room + ", got " + wanted);
        }
        return new StatePool(layout, wanted.sequenceSlots(), wanted.kvPages(), Optional.of(this));
    }

    @Override
    public void readSlot(int slot, MemorySegment to) {
        read(LayerKind.LIGHTNING, slot, to);
    }

    @Override
    public void writeSlot(int slot, MemorySegment from) {
        write(LayerKind.LIGHTNING, slot, from);
    }

    @Override
    public void readPage(int page, MemorySegment to) {
        read(LayerKind.SOFTMAX, page, to);
    }

    @Override
    public void writePage(int page, MemorySegment from) {
        write(LayerKind.SOFTMAX, page, from);
    }

    /// Groups of a kind stand in the order of their layers, as pieces do in [StateLayout].
    private void read(LayerKind kind, int place, MemorySegment to) {
        long offsetBytes = 0;
        for (LayerGroup group : groups) {
            if (group.kind() == kind) {
                float[] floats = new float[group.floatCount()];
                group.read(place, floats);
                MemorySegment.copy(floats, 0, to, ValueLayout.JAVA_FLOAT_UNALIGNED, offsetBytes, floats.length);
                offsetBytes += (long) floats.length * Float.BYTES;
            }
        }
    }

    private void write(LayerKind kind, int place, MemorySegment from) {
        long offsetBytes = 0;
        for (LayerGroup group : groups) {
            if (group.kind() == kind) {
                float[] floats = new float[group.floatCount()];
                MemorySegment.copy(from, ValueLayout.JAVA_FLOAT_UNALIGNED, offsetBytes, floats, 0, floats.length);
                group.write(place, floats);
                offsetBytes += (long) floats.length * Float.BYTES;
            }
        }
    }

    /// All layers of a step see the same parts of it.
    private List<DeviceRows> parts(StepRows rows) {
        if (cut != rows) {
            parts = DeviceRows.of(rows, rowMax);
            cut = rows;
        }
        return parts;
    }

    @Override
    public Optional<JoinedLayers> joinedTo(ExpertStore experts) {
        boolean joins = target.cuda()
                && config.topK() == JoinedStage.CHOICES
                && config.expertCount() <= JoinedStage.EXPERTS_MAX
                && groups.stream().allMatch(group -> group.layers().joins())
                && experts instanceof DeviceExpertStore store
                && store.target().device().equals(target.device())
                && layers.stream()
                        .allMatch(layer -> store.layerExperts(layer.index()).isPresent());
        return joins
                ? Optional.of(new JoinedStage(target, config, cudaLayers(), (DeviceExpertStore) experts))
                : Optional.empty();
    }

    private List<CudaLayer> cudaLayers() {
        return groups.stream()
                .flatMap(group -> IntStream.range(0, group.indexes().size())
                        .mapToObj(place ->
                                group.layers().cudaLayer(place, group.indexes().get(place))))
                .sorted(Comparator.comparingInt(CudaLayer::index))
                .toList();
    }

    @Override
    public void close() {
        groups.forEach(group -> group.layers().close());
    }

    private final class Layer implements DecoderLayer {
        private final int index;
        private final DeviceLayers group;
        private final int place;
        private final int groupSize;

        /// @param place among the layers of its group
        Layer(int index, DeviceLayers group, int place, int groupSize) {
            this.index = index;
            this.group = group;
            this.place = place;
            this.groupSize = groupSize;
        }

        @Override
        public int index() {
            return index;
        }

        @Override
        public void attend(StepRows rows, Workspace workspace) {
            int firstRow = 0;
            for (DeviceRows part : parts(rows)) {
                group.attend(place, part, firstRow, workspace.hidden(), workspace.expertInput(), expertIds, weights);
                workspace.routing().set(firstRow, part.rowCount(), expertIds, weights);
                firstRow += part.rowCount();
            }
        }

        /// Rows that have just come from the experts, on the host: one product and sum a number.
        @Override
        public void addExperts(StepRows rows, Workspace workspace) {
            float alpha = config.mlpFactors().alpha();
            float beta = config.mlpFactors().beta();
            float[] hidden = workspace.hidden();
            float[] expertInput = workspace.expertInput();
            float[] expertOutput = workspace.expertOutput();
            int count = rows.rowCount() * config.hiddenSize();
            for (int i = 0; i < count; i++) {
                hidden[i] = Math.fma(alpha, expertInput[i], beta * expertOutput[i]);
            }
        }

        @Override
        public long byteSize() {
            return group.weightBytes() / groupSize;
        }
    }
}
