package io.thunderhead.cluster.planning;

import io.thunderhead.cluster.membership.ClusterConfig;
import java.time.Duration;

/// When the leader plans.
///
/// @param attentionWorkers, expertWorkers to wait for before the first plan
/// @param rejoinGrace how long a lost worker may take to come back before its part is moved
/// @param rebalance whether workers that come later get a part
public record PlanPolicy(int attentionWorkers, int expertWorkers, Duration rejoinGrace, boolean rebalance) {
    public static PlanPolicy of(ClusterConfig config) {
        return new PlanPolicy(
                config.attentionWorkers(), config.expertWorkers(), config.rejoinGrace(), config.rebalance());
    }
}
