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
    /// Rows that the graphs take at most: a decode of one, of a few, of many sequences, and a chunk of a prompt.
    private static final int[] LAYER_ROWS = {1, 8, 64, 512};

    private static final int[] EXPERT_ROWS = {2, 16, 128, 1024};
    private static final int[] HEAD_ROWS = {1, 8, 64};

    private final String name;
    private final long memoryBytes;
    private final Target target;

    TornadoWorkerDevice(String name, TornadoDevice device, long memoryBytes) {
        this.name = name;
        this.memoryBytes = memoryBytes;
        this.target = new Target(device, new DeviceMemory(name, memoryBytes));
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
    private static long scratchBytes(ModelConfig config) {
        long layerRow = 8L * config.hiddenSize() + 8L * config.attentionSize() + 4L * config.kvSize();
        long states = (long) config.attentionSize() * config.headDim();
        long expertRow = 2L * config.hiddenSize() + 2L * config.intermediateSize();
        long floats = 0;
        for (int rows : LAYER_ROWS) {
            floats += rows * layerRow + 2 * states * (rows / config.blockSize() + Math.min(rows, 64));
        }
        for (int rows : EXPERT_ROWS) {
            floats += rows * expertRow;
        }
        for (int rows : HEAD_ROWS) {
            floats += (long) rows * (config.vocabSize() + 2L * config.hiddenSize());
        }
        return floats * Float.BYTES;
    }

    @Override
    public long usedBytes() {
        return target.memory().usedBytes();
    }

    @Override
    public LayerSet load(ModelConfig config, LayerRange layers, StageRoom room, WeightLoader loader) {
        return new DeviceStageLoader(target, config, room, loader, LAYER_ROWS).load(layers);
    }

    @Override
    public Head loadHead(ModelConfig config, WeightLoader loader) {
        try (Arena arena = Arena.ofShared()) {
            return new LayerTensors(config, loader, arena).head(target, HEAD_ROWS);
        }
    }

    @Override
    public ExpertStore newExperts(ModelConfig config) {
        return new DeviceExpertStore(target, config, EXPERT_ROWS);
    }
}
