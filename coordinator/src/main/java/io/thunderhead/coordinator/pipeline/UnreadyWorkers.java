package io.thunderhead.coordinator.pipeline;

import io.thunderhead.cluster.membership.ClusterMembership.Snapshot;
import io.thunderhead.cluster.membership.NodeStatus;
import io.thunderhead.cluster.placement.Plan;
import io.thunderhead.core.config.Bytes;
import io.thunderhead.core.id.NodeId;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// The workers that a plan still waits for, and why, in words for people; nobody = steps may run.
final class UnreadyWorkers {
    private UnreadyWorkers() {}

    static List<String> of(Plan plan, Snapshot cluster) {
        return workers(plan)
                .flatMap(worker -> why(worker, plan.epoch(), cluster).stream())
                .toList();
    }

    /// Workers of the plan that are not there at all.
    static List<String> absent(Plan plan, Snapshot cluster) {
        return workers(plan)
                .filter(worker -> cluster.node(worker).isEmpty())
                .map(UnreadyWorkers::absent)
                .toList();
    }

    private static Stream<NodeId> workers(Plan plan) {
        return Stream.concat(
                        plan.stages().stream().map(Plan.Stage::worker),
                        plan.experts().stream().map(Plan.ExpertHolder::worker))
                .distinct();
    }

    private static Optional<String> why(NodeId worker, long epoch, Snapshot cluster) {
        if (cluster.node(worker).isEmpty()) {
            return Optional.of(absent(worker));
        }
        Optional<NodeStatus> status = cluster.status(worker).filter(found -> found.planEpoch() == epoch);
        if (status.isEmpty()) {
            return Optional.of(worker + " has not taken up plan " + epoch);
        }
        return status.filter(found -> !found.ready()).map(UnreadyWorkers::loading);
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
