package io.thunderhead.cluster.placement;

import io.thunderhead.model.config.LayerRange;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Cuts the layers into contiguous ranges, one a worker in the workers' order: first the heaviest stage as light as
/// possible, then as few layers as possible away from where they are, then the rest balanced (least sum of squares).
/// A worker may be left without layers.
final class StageCut {
    private final StageCosts costs;
    private final long[] memoryBytes;
    private final int[] owners;

    /// @param memoryBytes one entry a worker
    /// @param owners by layer: the worker that holds it now, or -1
    StageCut(StageCosts costs, long[] memoryBytes, int[] owners) {
        this.costs = costs;
        this.memoryBytes = memoryBytes;
        this.owners = owners;
    }

    /// One entry a worker, null for one without layers; empty if nothing fits.
    Optional<List<@Nullable LayerRange>> best() {
        long[] limits = costs.distinctWeights();
        if (cut(limits[limits.length - 1]).isEmpty()) {
            return Optional.empty();
        }
        int low = 0;
        int high = limits.length - 1;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (cut(limits[middle]).isPresent()) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        return cut(limits[low]);
    }

    /// The best cut whose stages weigh at most `limit`, worker by worker over all ends.
    private Optional<List<@Nullable LayerRange>> cut(long limit) {
        int layers = costs.layerCount();
        Score[] reached = new Score[layers + 1];
        reached[0] = new Score(0, 0);
        int[][] starts = new int[memoryBytes.length][];
        for (int worker = 0; worker < memoryBytes.length; worker++) {
            starts[worker] = new int[layers + 1];
            reached = extend(worker, limit, reached, starts[worker]);
        }
        return reached[layers] == null ? Optional.empty() : Optional.of(ranges(starts));
    }

    private Score[] extend(int worker, long limit, @Nullable Score[] before, int[] starts) {
        @Nullable Score[] after = before.clone();
        for (int end = 0; end < after.length; end++) {
            starts[end] = end;
            for (int first = 0; first < end; first++) {
                Score start = before[first];
                if (start == null || !fits(worker, first, end, limit)) {
                    continue;
                }
                Score score = start.plus(moved(worker, first, end), costs.weight(first, end));
                if (after[end] == null || score.compareTo(after[end]) < 0) {
                    after[end] = score;
                    starts[end] = first;
                }
            }
        }
        return after;
    }

    private boolean fits(int worker, int first, int end, long limit) {
        return costs.weight(first, end) <= limit && costs.total(first, end) <= memoryBytes[worker];
    }

    private int moved(int worker, int first, int end) {
        int moved = 0;
        for (int layer = first; layer < end; layer++) {
            moved += owners[layer] >= 0 && owners[layer] != worker ? 1 : 0;
        }
        return moved;
    }

    private static List<@Nullable LayerRange> ranges(int[][] starts) {
        List<@Nullable LayerRange> ranges = new ArrayList<>();
        int end = starts[0].length - 1;
        for (int worker = starts.length - 1; worker >= 0; worker--) {
            int first = starts[worker][end];
            ranges.add(first == end ? null : new LayerRange(first, end));
            end = first;
        }
        Collections.reverse(ranges);
        return ranges;
    }

    private record Score(int movedLayers, double squares) implements Comparable<Score> {
        Score plus(int moved, long weight) {
            return new Score(movedLayers + moved, squares + (double) weight * weight);
        }

        @Override
        public int compareTo(Score other) {
            int byMoves = Integer.compare(movedLayers, other.movedLayers);
            return byMoves != 0 ? byMoves : Double.compare(squares, other.squares);
        }
    }
}
