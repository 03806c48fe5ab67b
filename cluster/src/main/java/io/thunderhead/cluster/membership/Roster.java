package io.thunderhead.cluster.membership;

import io.thunderhead.cluster.membership.ClusterMembership.Snapshot;
import io.thunderhead.cluster.placement.Plan;
import io.thunderhead.core.id.NodeId;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Makes a snapshot out of what live members posted.
final class Roster {
    private final TreeMap<NodeId, Entry> byId = new TreeMap<>();

    /// Members come in the order of joining: of two with one id (a node came back before its old life was found dead)
    /// the later one counts.
    void add(NodeInfo info, @Nullable NodeStatus status) {
        byId.put(info.id(), new Entry(info, status));
    }

    Snapshot snapshot(Optional<NodeId> leader, Optional<Plan> plan, Set<NodeId> drained) {
        List<Entry> entries = new ArrayList<>(byId.values());
        return new Snapshot(
                leader,
                entries.stream().map(Entry::info).toList(),
                entries.stream()
                        .map(Entry::status)
                        .filter(Objects::nonNull)
                        .map(Objects::requireNonNull)
                        .toList(),
                plan,
                drained);
    }

    private record Entry(NodeInfo info, @Nullable NodeStatus status) {}
}
