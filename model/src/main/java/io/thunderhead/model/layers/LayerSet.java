package io.thunderhead.model.layers;

import io.thunderhead.model.experts.ExpertStore;
import io.thunderhead.model.state.StateLayout;
import io.thunderhead.model.state.StatePool;
import java.util.List;
import java.util.Optional;

/// The layers of a stage and the memory of its sequences, in one place: the host, or a device.
public interface LayerSet extends AutoCloseable {
    List<DecoderLayer> layers();

    /// Memory without sequences. Those of an earlier pool do not run any more when the first of this one does. Throws
    /// IllegalArgumentException if the layers were loaded for less room.
    StatePool newPool(StateLayout layout, StageRoom room);

    /// These layers with their experts, if they are in one place and can be run without leaving it. Everything stays
    /// the caller's; experts may come and go.
    default Optional<JoinedLayers> joinedTo(ExpertStore experts) {
        return Optional.empty();
    }

    @Override
    void close();
}
