package io.thunderhead.cluster.placement;

import io.thunderhead.model.config.ModelConfig;

/// What one decoded token sends between nodes under a plan.
///
/// @param rounds dispatch-and-combine rounds one after the other: one a layer
/// @param stageHops hidden rows handed from stage to stage
/// @param expertRows rows dispatched, over all layers, if every expert were equally likely: one for each expert worker
///   that holds any of the token's experts
public record WireCost(int rounds, int stageHops, double expertRows, Traffic float32, Traffic bf16) {
    /// Bytes for one activation type, headers left out.
    public record Traffic(long dispatchBytes, long combineBytes, long stageHopBytes) {
        public long totalBytes() {
            return dispatchBytes + combineBytes + stageHopBytes;
        }
    }

    static WireCost of(ModelConfig model, Plan plan) {
        double rows = plan.experts().stream()
                .flatMap(holder -> holder.expertsByLayer().values().stream())
                .mapToDouble(held -> visitProbability(model, held.size()))
                .sum();
        int hops = plan.stages().size() - 1;
        return new WireCost(
                model.layerCount(),
                hops,
                rows,
                traffic(model, rows, hops, Float.BYTES),
                traffic(model, rows, hops, Short.BYTES));
    }

    /// Past top-2 a worker answers with one row an expert slot, because a partial sum would depend on the sharding.
    private static Traffic traffic(ModelConfig model, double rows, int hops, int valueBytes) {
        long rowBytes = (long) model.hiddenSize() * valueBytes;
        int rowsBack = model.topK() <= 2 ? 1 : model.topK();
        return new Traffic(Math.round(rows * rowBytes), Math.round(rows * rowsBack * rowBytes), hops * rowBytes);
    }

    /// That at least one of `topK` different experts is among `held` of the layer's.
    private static double visitProbability(ModelConfig model, int held) {
        double missesAll = 1;
        for (int i = 0; i < model.topK(); i++) {
            missesAll *= Math.max(0, model.expertCount() - held - i) / (double) (model.expertCount() - i);
        }
        return 1 - missesAll;
    }
}
