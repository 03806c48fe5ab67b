package io.thunderhead.tornado;

import io.thunderhead.model.checkpoint.ModelTensors;
import io.thunderhead.model.config.LayerKind;
import io.thunderhead.model.config.LayerRange;
import io.thunderhead.model.config.ModelConfig;
import io.thunderhead.model.kernels.PackedMatrix;
import io.thunderhead.model.kernels.WeightArena;
import io.thunderhead.model.kernels.WeightLoader;
import io.thunderhead.model.layers.StageRoom;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/// Brings the layers of a stage to a device, those of one kind together as far as one array holds them; used once. The
/// host keeps packed weights only while a group of layers is loaded.
final class DeviceStageLoader {
    private final Target target;
    private final ModelConfig config;
    private final StageRoom room;
    private final WeightLoader loader;
    private final int[] rowMaxima;
    private final List<LayerGroup> loaded = new ArrayList<>();

    /// @param rowMaxima of the graphs, ascending; the last at least a page
    DeviceStageLoader(Target target, ModelConfig config, StageRoom room, WeightLoader loader, int... rowMaxima) {
        this.target = target;
        this.config = config;
        this.room = room;
        this.loader = loader;
        this.rowMaxima = rowMaxima;
    }

    DeviceStage load(LayerRange range) {
        try {
            for (LayerKind kind : LayerKind.values()) {
                List<Integer> indexes = IntStream.range(range.first(), range.end())
                        .filter(index -> config.layerKinds().get(index) == kind)
                        .boxed()
                        .toList();
                if (!indexes.isEmpty()) {
                    loadKind(kind, indexes);
                }
            }
            return new DeviceStage(target, config, room, loaded);
        } catch (RuntimeException | Error e) {
            loaded.forEach(group -> group.layers().close());
            throw e;
        }
    }

    private void loadKind(LayerKind kind, List<Integer> indexes) {
        int most = layersOfOneGroup(kind);
        for (int from = 0; from < indexes.size(); from += most) {
            List<Integer> group = indexes.subList(from, Math.min(indexes.size(), from + most));
            loaded.add(new LayerGroup(kind, List.copyOf(group), places(kind), loadGroup(kind, group)));
        }
    }

    private int places(LayerKind kind) {
        return switch (kind) {
            case LIGHTNING -> room.sequenceSlots();
            case SOFTMAX -> room.kvPages();
        };
    }

    /// By its largest array: weights, taken as floats, or the sequences' memory.
    private int layersOfOneGroup(LayerKind kind) {
        long weights = ModelTensors.ofLayer(config, config.layerKinds().indexOf(kind)).stream()
                .mapToLong(spec -> Math.ceilDiv(spec.elementCount(), PackedMatrix.PANEL) * PackedMatrix.PANEL)
                .max()
                .orElseThrow();
        boolean region = kind == LayerKind.SOFTMAX && DeviceSoftmax.attendsInCuda(target.cuda(), config);
        long memory = region ? 0 : places(kind) * pieceSize(kind);
        return Math.clamp(DeviceMatrices.ELEMENT_MAX / Math.max(weights, memory), 1, config.layerCount());
    }

    private long pieceSize(LayerKind kind) {
        return switch (kind) {
            case LIGHTNING -> (long) config.attentionSize() * config.headDim();
            case SOFTMAX -> DeviceSoftmax.pieceSize(config);
        };
    }

    private DeviceLayers loadGroup(LayerKind kind, List<Integer> indexes) {
        long packed = indexes.stream()
                .mapToLong(index -> loader.packedBytes(ModelTensors.ofLayer(config, index)))
                .sum();
        long memory = pieceSize(kind) * places(kind) * indexes.size() * Float.BYTES;
        // before arrays of that size are made here
        target.memory()
                .check(indexes.size() + " " + kind + " layers with " + places(kind) + " places", packed + memory);
        try (Arena arena = new WeightArena(packed)) {
            return loadGroup(kind, indexes, arena);
        }
    }

    private DeviceLayers loadGroup(LayerKind kind, List<Integer> indexes, Arena arena) {
        LayerTensors tensors = new LayerTensors(config, loader, arena);
        DeviceAttention attention = switch (kind) {
            case LIGHTNING ->
                new DeviceLightning(
                        config, indexes.stream().map(tensors::lightning).toList(), places(kind));
            case SOFTMAX ->
                new DeviceSoftmax(
                        target, config, indexes.stream().map(tensors::softmax).toList(), places(kind));
        };
        try {
            return new DeviceLayers(
                    target,
                    config,
                    attention,
                    kind == LayerKind.LIGHTNING ? config.lightningFactors() : config.softmaxFactors(),
                    indexes.stream().map(tensors::frame).toList(),
                    rowMaxima);
        } catch (RuntimeException | Error e) {
            attention.memory().close();
            throw e;
        }
    }
}
