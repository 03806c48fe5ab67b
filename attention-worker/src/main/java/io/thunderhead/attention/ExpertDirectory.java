package io.thunderhead.attention;

import io.thunderhead.cluster.placement.Plan;
import io.thunderhead.core.error.ErrorCode;
import io.thunderhead.core.error.ServingException;
import io.thunderhead.core.id.NodeId;
import io.thunderhead.model.config.LayerRange;
import io.thunderhead.transport.exchange.ExpertExchange;
import io.thunderhead.transport.exchange.LocalExperts;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Which lines lead to the holders of an expert under one plan. Immutable.
final class ExpertDirectory {
    /// `[layer - first][expert]`: indices into `lines` of the workers that hold it.
    private final int[][][] holders;
    private final LayerRange layers;
    private final List<NodeId> workers = new ArrayList<>();
    private final List<ExpertExchange> lines = new ArrayList<>();

    ExpertDirectory(Plan plan, LayerRange layers, int expertCount, Map<NodeId, ExpertExchange> exchanges) {
        this.layers = layers;
        this.holders = new int[layers.count()][expertCount][0];
        for (Plan.ExpertHolder holder : plan.experts()) {
            ExpertExchange line = exchanges.get(holder.worker());
            if (line == null) {
                throw new ServingException(
                        ErrorCode.STALE_PLAN,
                        "plan " + plan.epoch() + " names " + holder.worker() + ", which is not here");
            }
            workers.add(holder.worker());
            lines.add(line);
            register(holder, lines.size() - 1);
        }
        requireEveryExpert(plan);
    }

    private void register(Plan.ExpertHolder holder, int line) {
        holder.expertsByLayer().forEach((layer, experts) -> {
            if (layers.contains(layer)) {
                for (int expert : experts) {
                    int[] before = holders[layer - layers.first()][expert];
                    int[] after = Arrays.copyOf(before, before.length + 1);
                    after[before.length] = line;
                    holders[layer - layers.first()][expert] = after;
                }
            }
        });
    }

    private void requireEveryExpert(Plan plan) {
        for (int layer = layers.first(); layer < layers.end(); layer++) {
            for (int expert = 0; expert < holders[0].length; expert++) {
                if (holders[layer - layers.first()][expert].length == 0) {
                    throw new ServingException(
                            ErrorCode.STALE_PLAN,
                            "plan " + plan.epoch() + " gives expert " + expert + " of layer " + layer + " to nobody");
                }
            }
        }
    }

    int lineCount() {
        return lines.size();
    }

    ExpertExchange line(int index) {
        return lines.get(index);
    }

    /// The one worker that holds every expert, if it is in this process.
    Optional<LocalExperts> onlyLocal() {
        return lines.size() == 1 ? lines.getFirst().local() : Optional.empty();
    }

    NodeId worker(int index) {
        return workers.get(index);
    }

    /// Indices of the lines that lead to a holder of the expert; at least one.
    int[] holders(int layerIndex, int expert) {
        return holders[layerIndex - layers.first()][expert];
    }
}
