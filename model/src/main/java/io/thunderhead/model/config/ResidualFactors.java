package io.thunderhead.model.config;

/// `alpha * residual + beta * branch`, the DeepNorm factors of one kind of sub-layer.
public record ResidualFactors(float alpha, float beta) {}
