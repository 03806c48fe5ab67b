package io.thunderhead.cluster.placement;

import io.thunderhead.model.config.LayerRange;
import java.util.stream.LongStream;

/// Bytes of every possible stage: weights, and the room it must keep beside them.
final class StageCosts {
    private final int layerCount;
    private final long[][] weights;
    private final long[][] rooms;

    /// @param sequences whose lightning state must fit beside the pages of one full context
    StageCosts(MemoryModel memory, PlacementOptions options, int sequences) {
        layerCount = memory.model().layerCount();
        weights = new long[layerCount][layerCount + 1];
        rooms = new long[layerCount][layerCount + 1];
        long work = memory.attentionWorkBytes(options.batchTokens(), options.maxSequences());
        for (int first = 0; first < layerCount; first++) {
            for (int end = first + 1; end <= layerCount; end++) {
                LayerRange layers = new LayerRange(first, end);
                weights[first][end] = memory.stageWeightBytes(layers);
                rooms[first][end] = work
                        + sequences * memory.stateBytes(layers)
                        + options.pagesPerSequence() * memory.pageBytes(layers);
            }
        }
    }

    int layerCount() {
        return layerCount;
    }

    long weight(int first, int end) {
        return weights[first][end];
    }

    long total(int first, int end) {
        return weights[first][end] + rooms[first][end];
    }

    /// Every weight a stage can have, ascending: the possible values of the heaviest stage.
    long[] distinctWeights() {
        return LongStream.range(0, layerCount)
                .flatMap(first -> LongStream.of(weights[(int) first]).skip(first + 1))
                .sorted()
                .distinct()
                .toArray();
    }
}
