package io.thunderhead.model.device;

import io.thunderhead.model.checkpoint.LoadListener;
import io.thunderhead.model.checkpoint.TensorSource;
import io.thunderhead.model.config.LayerRange;
import io.thunderhead.model.config.ModelConfig;
import io.thunderhead.model.experts.ExpertBank;
import io.thunderhead.model.kernels.Kernels;
import io.thunderhead.model.layers.LayerHome;
import io.thunderhead.model.layers.StageModel;
import io.thunderhead.model.layers.StageRoom;
import java.util.Optional;

/// What parts of a model are made of: its shapes, its weights, the kernels that pack them, and what computes them: the
/// kernels too, or a device. All of it stays the caller's.
public record ModelSource(
        ModelConfig config, TensorSource weights, Kernels kernels, Optional<? extends ComputeDevice> device) {

    /// @param room of every pool of the stage
    public StageModel loadStage(LayerRange layers, StageRoom room, LoadListener listener) {
        LayerHome home = device.<LayerHome>map(found -> found).orElseGet(() -> LayerHome.host(kernels));
        return StageModel.load(config, weights, layers, kernels, home, room, listener);
    }

    /// Without any experts yet.
    public ExpertBank newBank() {
        return device.map(found -> new ExpertBank(config, kernels, found.newExperts(config)))
                .orElseGet(() -> new ExpertBank(config, kernels));
    }
}
