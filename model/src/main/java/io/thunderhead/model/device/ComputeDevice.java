package io.thunderhead.model.device;

import io.thunderhead.model.config.ModelConfig;
import io.thunderhead.model.experts.ExpertStore;
import io.thunderhead.model.layers.LayerHome;

/// A device that holds weights and the memory of sequences, and computes whole layers and experts: one worker's share
/// of it. What would go beyond [#limitTo] throws DEVICE_OUT_OF_MEMORY, with nothing left allocated.
///
/// Whoever loads layers or makes experts closes them.
public interface ComputeDevice extends LayerHome {
    /// For people: `gpu:0 NVIDIA H100 80GB HBM3`.
    String name();

    /// Of the whole device.
    long memoryBytes();

    /// How much of it this worker may use: all of it unless limited.
    void limitTo(long bytes);

    /// What of the limit a model's weights, states and pages may fill; the rest is for the rows of steps.
    long roomBytes(ModelConfig config);

    /// What this worker has allocated now. From any thread.
    long usedBytes();

    /// Room for experts of this model.
    ExpertStore newExperts(ModelConfig config);
}
