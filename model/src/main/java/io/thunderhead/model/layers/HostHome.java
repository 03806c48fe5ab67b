package io.thunderhead.model.layers;

import io.thunderhead.model.config.LayerRange;
import io.thunderhead.model.config.ModelConfig;
import io.thunderhead.model.kernels.Kernels;
import io.thunderhead.model.kernels.WeightLoader;

/// This process's memory, and the CPU.
record HostHome(Kernels kernels) implements LayerHome {
    @Override
    public LayerSet load(ModelConfig config, LayerRange layers, StageRoom room, WeightLoader loader) {
        return HostLayers.load(config, layers, kernels, loader);
    }

    @Override
    public Head loadHead(ModelConfig config, WeightLoader loader) {
        return HostHead.load(config, kernels, loader);
    }
}
