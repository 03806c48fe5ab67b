package io.thunderhead.model.layers;

import io.thunderhead.model.config.LayerRange;
import io.thunderhead.model.config.ModelConfig;
import io.thunderhead.model.kernels.Kernels;
import io.thunderhead.model.kernels.WeightLoader;

/// Where the layers of a stage, and the head behind them, live and are computed.
public interface LayerHome {
    /// Takes the layers' tensors out of the loader, in the order of the layers. Nothing stays allocated if it throws.
    ///
    /// @param room of every pool of these layers
    LayerSet load(ModelConfig config, LayerRange layers, StageRoom room, WeightLoader loader);

    /// Takes the final norm and the product with the vocabulary out of the loader.
    Head loadHead(ModelConfig config, WeightLoader loader);

    /// This process's memory, and the CPU.
    static LayerHome host(Kernels kernels) {
        return new HostHome(kernels);
    }
}
