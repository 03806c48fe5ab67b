package io.thunderhead.tornado;

import io.thunderhead.model.config.LayerRange;
import io.thunderhead.model.config.ModelConfig;
import io.thunderhead.model.device.ComputeDevice;
import io.thunderhead.model.experts.ExpertStore;
import io.thunderhead.model.kernels.WeightLoader;
import io.thunderhead.model.layers.Head;
import io.thunderhead.model.layers.LayerSet;
import io.thunderhead.model.layers.StageRoom;
import java.lang.foreign.Arena;
import uk.ac.manchester.tornado.api.common.TornadoDevice;

/// A worker's share of one of TornadoVM's devices.
final class TornadoWorkerDevice implements ComputeDevice {
    private final String name;
    private final long memoryBytes;
    private final Target target;
    private final GraphSizes sizes;

    TornadoWorkerDevice(String name, TornadoDevice device, long memoryBytes, GraphSizes sizes) {
        this.name = name;
        this.memoryBytes = memoryBytes;
        this.target = new Target(device, new DeviceMemory(name, memoryBytes));
        this.sizes = sizes;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public long memoryBytes() {
        return memoryBytes;
    }

    @Override
    public void limitTo(long bytes) {
        target.memory().limitTo(bytes);
    }

    @Override
    public long roomBytes(ModelConfig config) {
        return Math.max(0, target.memory().limitBytes() - scratchBytes(config));
    }

    /// Rows of every graph, more than a layer or an expert has of each: they are small beside the weights.
    private long scratchBytes(ModelConfig config) {
        long layerRow = 8L * config.hiddenSize() + 8L * config.attentionSize() + 4L * config.kvSize();
        long states = (long) config.attentionSize() * config.headDim();
        long expertRow = 2L * config.hiddenSize() + 2L * config.intermediateSize();
        long floats = 0;
        for (int rows : sizes.layers()) {
            floats += rows * layerRow + 2 * states * (rows / config.blockSize() + Math.min(rows, 64));
        }
        for (int rows : sizes.experts()) {
            floats += rows * expertRow;
        }
        for (int rows : sizes.head()) {
            floats += 2L * rows * (config.vocabSize() + 2L * config.hiddenSize()); // logits, and choices from them
        }
        return floats * Float.BYTES + (target.cuda() ? JoinedStage.scratchBytes(config) : 0);
    }

    @Override
    public long usedBytes() {
        return target.memory().usedBytes();
    }

    @Override
    public LayerSet load(ModelConfig config, LayerRange layers, StageRoom room, WeightLoader loader) {
        return new DeviceStageLoader(target, config, room, loader, sizes.layers()).load(layers);
    }

    @Override
    public Head loadHead(ModelConfig config, WeightLoader loader) {
        try (Arena arena = Arena.ofShared()) {
            return new LayerTensors(config, loader, arena).head(target, sizes.head());
        }
    }

    @Override
    public ExpertStore newExperts(ModelConfig config) {
        return new DeviceExpertStore(target, config, sizes.experts());
    }
}
