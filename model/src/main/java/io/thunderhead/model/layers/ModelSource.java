package io.thunderhead.model.layers;

import io.thunderhead.model.checkpoint.TensorSource;
import io.thunderhead.model.config.ModelConfig;
import io.thunderhead.model.kernels.Kernels;

/// What parts of a model are made of: its shapes, its weights, and the kernels that pack and compute them.
public record ModelSource(ModelConfig config, TensorSource weights, Kernels kernels) {}
