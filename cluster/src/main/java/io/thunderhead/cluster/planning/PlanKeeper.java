package io.thunderhead.cluster.planning;

import io.thunderhead.cluster.membership.ClusterMembership.Snapshot;
import io.thunderhead.cluster.membership.NodeInfo;
import io.thunderhead.cluster.membership.NodeRole;
import io.thunderhead.cluster.placement.MemoryModel;
import io.thunderhead.cluster.placement.Placement;
import io.thunderhead.cluster.placement.PlacementOptions;
import io.thunderhead.cluster.placement.PlacementResult;
import io.thunderhead.cluster.placement.Plan;
import io.thunderhead.cluster.planning.PlanDecision.Keep;
import io.thunderhead.cluster.planning.PlanDecision.Publish;
import io.thunderhead.cluster.planning.PlanDecision.Wait;
import io.thunderhead.core.id.NodeId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// The leader's care of the plan, stepped with snapshots and a clock; every coordinator has one, and it decides only
/// while its own node leads. One owner thread.
///
/// - First plan: when as many workers are there as the policy expects.
/// - A worker is lost (or leaves): its part waits for it for the grace period, then goes to the workers that are left,
///   if they have room; of a worker that an operator drained, at once. If it comes back in time, as another life of the
/// same node, it gets the same part again.
/// - A worker comes later: it gets a part once everything is served, if the policy says so; an attention worker only
///   in place of one that was lost, because layers that move cost every running sequence its state.
///
/// Whatever changes, a new leader too, takes a new epoch: what was sent under an older one is refused.
public final class PlanKeeper {
    private final NodeId self;
    private final String modelFingerprint;
    private final MemoryModel memory;
    private final PlacementOptions options;
    private final PlanPolicy policy;

    private @Nullable Plan published;
    /// Lives of the workers for which the plan was published; empty until this node has published as leader.
    private Map<NodeId, String> incarnations = Map.of();
    private final Map<NodeId, Long> missingSinceNanos = new TreeMap<>();

    /// @param self the coordinator this runs on
    /// @param modelFingerprint of the checkpoint to serve; workers that see another one are not used
    public PlanKeeper(
            NodeId self, String modelFingerprint, MemoryModel memory, PlacementOptions options, PlanPolicy policy) {
        this.self = self;
        this.modelFingerprint = modelFingerprint;
        this.memory = memory;
        this.options = options;
        this.policy = policy;
    }

    /// @param nowNanos on `System.nanoTime()`'s clock; to be called with every snapshot and, while it says wait, at
    ///   least once a second
    public PlanDecision step(Snapshot snapshot, long nowNanos) {
        if (!snapshot.leader().equals(Optional.of(self))) {
            published = null;
            incarnations = Map.of();
            missingSinceNanos.clear();
            return new Keep();
        }
        Workers workers = new Workers(snapshot, modelFingerprint);
        Optional<Plan> inForce = inForce(snapshot);
        if (inForce.filter(plan -> plan.modelFingerprint().equals(modelFingerprint))
                .isEmpty()) {
            return firstPlan(workers, inForce);
        }
        return follow(inForce.get(), workers, snapshot, nowNanos);
    }

    /// What was just published may not have come back yet.
    private Optional<Plan> inForce(Snapshot snapshot) {
        Optional<Plan> seen = snapshot.plan();
        Plan own = published;
        return own != null && seen.stream().noneMatch(plan -> plan.epoch() >= own.epoch()) ? Optional.of(own) : seen;
    }

    /// @param other a plan for another model, whose epoch must be exceeded
    private PlanDecision firstPlan(Workers workers, Optional<Plan> other) {
        List<String> missing = new ArrayList<>();
        missing(missing, workers.attention(), policy.attentionWorkers(), NodeRole.ATTENTION_WORKER);
        missing(missing, workers.experts(), policy.expertWorkers(), NodeRole.EXPERT_WORKER);
        if (!missing.isEmpty()) {
            return new Wait("waiting for " + String.join(" and ", missing) + workers.strangersText());
        }
        Optional<Plan> empty =
                other.map(plan -> new Plan(plan.epoch(), modelFingerprint, List.of(), List.of(), plan.reason()));
        return place(workers.attention(), workers.experts(), workers, empty, "first plan");
    }

    private static void missing(List<String> missing, Collection<NodeInfo> there, int expected, NodeRole role) {
        if (there.size() < expected) {
            missing.add("%d of %d %ss".formatted(expected - there.size(), expected, role));
        }
    }

    private PlanDecision follow(Plan plan, Workers workers, Snapshot snapshot, long nowNanos) {
        List<NodeId> planned = planned(plan).toList();
        List<NodeId> lost =
                planned.stream().filter(id -> !workers.has(id)).sorted().toList();
        missingSinceNanos.keySet().retainAll(lost);
        lost.forEach(id -> missingSinceNanos.putIfAbsent(id, nowNanos));
        if (!lost.isEmpty()) {
            return withoutLost(plan, workers, lost, snapshot.drained(), nowNanos);
        }
        List<NodeId> returned = planned.stream()
                .filter(id -> !workers.incarnation(id).equals(incarnations.get(id)))
                .sorted()
                .toList();
        if (!returned.isEmpty()) {
            String reason = incarnations.isEmpty() ? self + " leads now" : names(returned) + " came back";
            return publish(plan.with(plan.epoch() + 1, reason), workers);
        }
        return policy.rebalance() && served(plan, snapshot) ? rebalance(plan, workers) : new Keep();
    }

    private PlanDecision withoutLost(
            Plan plan, Workers workers, List<NodeId> missing, Set<NodeId> drained, long nowNanos) {
        List<NodeId> leaving = missing.stream().filter(drained::contains).toList();
        List<NodeId> lost = missing.stream().filter(id -> !drained.contains(id)).toList();
        long longestNanos = lost.stream()
                .mapToLong(id -> nowNanos - missingSinceNanos.getOrDefault(id, nowNanos))
                .max()
                .orElse(0);
        Duration left = policy.rejoinGrace().minusNanos(longestNanos);
        if (left.isPositive() && !lost.isEmpty()) {
            return new Wait("%s lost: its part moves in %.1f s unless it comes back"
                    .formatted(names(lost), left.toMillis() / 1000.0));
        }
        return place(workers.attention(), workers.experts(), workers, Optional.of(plan), reason(lost, leaving));
    }

    private static String reason(List<NodeId> lost, List<NodeId> drained) {
        List<String> reasons = new ArrayList<>();
        if (!lost.isEmpty()) {
            reasons.add("lost " + names(lost));
        }
        if (!drained.isEmpty()) {
            reasons.add("drained " + names(drained));
        }
        return String.join(", ", reasons);
    }

    private PlanDecision rebalance(Plan plan, Workers workers) {
        boolean expertsJoined = workers.experts().stream()
                .anyMatch(worker -> plan.experts().stream()
                        .noneMatch(holder -> holder.worker().equals(worker.id())));
        boolean stageMissing = plan.stages().size() < policy.attentionWorkers()
                && workers.attention().size() > plan.stages().size();
        if (!expertsJoined && !stageMissing) {
            return new Keep();
        }
        List<NodeInfo> attention = stageMissing
                ? workers.attention()
                : plan.stages().stream()
                        .map(stage -> workers.get(stage.worker()))
                        .toList();
        PlacementResult result = Placement.plan(memory, options, attention, workers.experts(), Optional.of(plan));
        return switch (result) {
            case PlacementResult.Placed(Plan next)
            when !sameParts(plan, next) ->
                publish(next.with(next.epoch(), "shared out to workers that joined"), workers);
            case PlacementResult.Placed _ -> new Keep();
            case PlacementResult.Refused _ -> new Keep();
        };
    }

    private PlanDecision place(
            List<NodeInfo> attention, List<NodeInfo> experts, Workers workers, Optional<Plan> previous, String reason) {
        return switch (Placement.plan(memory, options, attention, experts, previous)) {
            case PlacementResult.Placed(Plan plan) -> publish(plan.with(plan.epoch(), reason), workers);
            case PlacementResult.Refused refused -> new Wait("the model does not fit: " + refused.text());
        };
    }

    private PlanDecision publish(Plan plan, Workers workers) {
        published = plan;
        incarnations = planned(plan).collect(Collectors.toMap(Function.identity(), workers::incarnation));
        return new Publish(plan);
    }

    private boolean served(Plan plan, Snapshot snapshot) {
        return snapshot.plan().filter(seen -> seen.epoch() == plan.epoch()).isPresent()
                && Readiness.of(snapshot, memory.model()) instanceof Readiness.Ready;
    }

    private static boolean sameParts(Plan plan, Plan next) {
        return plan.stages().equals(next.stages()) && plan.experts().equals(next.experts());
    }

    private static Stream<NodeId> planned(Plan plan) {
        return Stream.concat(
                plan.stages().stream().map(Plan.Stage::worker),
                plan.experts().stream().map(Plan.ExpertHolder::worker));
    }

    private static String names(List<NodeId> nodes) {
        return nodes.stream().map(NodeId::value).collect(Collectors.joining(", "));
    }
}
