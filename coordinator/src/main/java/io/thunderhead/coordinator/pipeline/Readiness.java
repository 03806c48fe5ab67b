package io.thunderhead.coordinator.pipeline;

import io.thunderhead.cluster.membership.ClusterMembership.Snapshot;
import io.thunderhead.cluster.membership.NodeStatus;
import io.thunderhead.cluster.placement.Plan;
import io.thunderhead.core.config.Bytes;
import io.thunderhead.core.id.NodeId;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// Says what a plan still waits for, in words for people; nothing = steps may run.
final class Readiness {
    private Readiness() {}

    static List<String> missing(Plan plan, Snapshot cluster) {
        return workers(plan)
                .flatMap(worker -> missing(worker, plan.epoch(), cluster).stream())
                .toList();
    }

    /// Workers of the plan that are not there at all.
    static List<String> absent(Plan plan, Snapshot cluster) {
        return workers(plan)
                .filter(worker -> cluster.node(worker).isEmpty())
                .map(Readiness::absent)
                .toList();
    }

    private static Stream<NodeId> workers(Plan plan) {
        return Stream.concat(
                        plan.stages().stream().map(Plan.Stage::worker),
                        plan.experts().stream().map(Plan.ExpertHolder::worker))
                .distinct();
    }

    private static Optional<String> missing(NodeId worker, long epoch, Snapshot cluster) {
        if (cluster.node(worker).isEmpty()) {
            return Optional.of(absent(worker));
        }
        Optional<NodeStatus> status = cluster.status(worker).filter(found -> found.planEpoch() == epoch);
        if (status.isEmpty()) {
            return Optional.of(worker + " has not taken up plan " + epoch);
        }
        return status.filter(found -> !found.ready()).map(Readiness::loading);
    }

    private static String absent(NodeId worker) {
        return worker + " is not there";
    }

    private static String loading(NodeStatus status) {
        return "%s has loaded %s of %s (%s)"
                .formatted(
                        status.id(), new Bytes(status.loadedBytes()), new Bytes(status.totalBytes()), status.detail());
    }
}
