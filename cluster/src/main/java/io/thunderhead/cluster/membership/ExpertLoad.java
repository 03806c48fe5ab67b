package io.thunderhead.cluster.membership;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// Rows that each expert of a worker computed since the worker started.
///
/// @param rowsByLayer layer -> rows by expert; only layers of which the worker computed something
public record ExpertLoad(Map<Integer, List<Long>> rowsByLayer) {
    public ExpertLoad {
        Map<Integer, List<Long>> copy = new TreeMap<>();
        rowsByLayer.forEach((layer, rows) -> copy.put(layer, List.copyOf(rows)));
        rowsByLayer = copy;
    }
}
