package io.thunderhead.cluster.membership;

import com.hazelcast.cluster.Member;
import com.hazelcast.cluster.MembershipEvent;
import com.hazelcast.cluster.MembershipListener;
import com.hazelcast.core.EntryEvent;
import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.core.LifecycleEvent;
import com.hazelcast.map.IMap;
import com.hazelcast.map.listener.EntryAddedListener;
import com.hazelcast.map.listener.EntryRemovedListener;
import com.hazelcast.map.listener.EntryUpdatedListener;
import com.hazelcast.map.listener.MapListener;
import io.thunderhead.cluster.membership.ClusterMembership.Snapshot;
import io.thunderhead.cluster.placement.Plan;
import io.thunderhead.core.id.NodeId;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.json.JsonMapper;

/// The board in Hazelcast maps of JSON texts: infos, statuses and loads by the member's id, the plan, and the drained
/// by their names. Entries of members that are gone do not count; the oldest coordinator sweeps them out.
///
/// Only coordinators hold data. While none is there, reads answer from what was read last and nothing is written; the
/// membership thread writes everything again when one is back.
final class HazelcastBoard implements Board {
    private static final Logger log = LoggerFactory.getLogger(HazelcastBoard.class);
    private static final String PLAN_KEY = "in-force";

    private final HazelcastInstance instance;
    private final boolean lite;
    private final JsonMapper json = new JsonMapper();
    private final IMap<String, String> infos;
    private final IMap<String, String> statuses;
    private final IMap<String, String> plans;
    private final IMap<String, String> loads;
    private final IMap<String, String> drains;
    private Map<String, String> infoTexts = Map.of();
    private Map<String, String> statusTexts = Map.of();
    private Set<NodeId> drained = Set.of();
    private @Nullable Plan plan;

    HazelcastBoard(HazelcastInstance instance, Runnable changed) {
        this.instance = instance;
        this.lite = instance.getCluster().getLocalMember().isLiteMember();
        this.infos = instance.getMap("node-infos");
        this.statuses = instance.getMap("node-statuses");
        this.plans = instance.getMap("plan");
        this.loads = instance.getMap("expert-loads");
        this.drains = instance.getMap("drained-nodes");
        for (IMap<String, String> map : List.of(infos, statuses, plans, drains)) {
            map.addEntryListener(onEntry(changed), false);
        }
        instance.getCluster().addMembershipListener(onMember(changed));
        instance.getLifecycleService().addLifecycleListener(event -> {
            log(event);
            changed.run();
        });
    }

    @Override
    public void post(NodeInfo self) {
        post(infos, json.writeValueAsString(self));
    }

    @Override
    public void post(NodeStatus status) {
        post(statuses, json.writeValueAsString(status));
    }

    @Override
    public void post(ExpertLoad load) {
        post(loads, json.writeValueAsString(load));
    }

    @Override
    public void drain(NodeId node, boolean wanted) {
        if (oldestCoordinator().isEmpty()) {
            throw new IllegalStateException("no coordinator is here to remember that " + node + " is drained");
        }
        if (wanted) {
            drains.set(node.value(), "");
        } else {
            drains.delete(node.value());
        }
    }

    /// The member's id is read each time: it changes when a split cluster merges.
    private void post(IMap<String, String> map, String text) {
        String key = key(instance.getCluster().getLocalMember());
        if (oldestCoordinator().isPresent() && !text.equals(map.get(key))) {
            map.set(key, text);
        }
    }

    @Override
    public Plan offer(Plan offered) {
        String text = json.writeValueAsString(offered);
        while (oldestCoordinator().isPresent()) {
            String inForce = plans.get(PLAN_KEY);
            if (inForce == null) {
                if (plans.putIfAbsent(PLAN_KEY, text) == null) {
                    return offered;
                }
                continue;
            }
            Plan current = json.readValue(inForce, Plan.class);
            if (current.epoch() >= offered.epoch()) {
                return current;
            }
            if (plans.replace(PLAN_KEY, inForce, text)) {
                return offered;
            }
        }
        return offered;
    }

    @Override
    public Snapshot read() {
        Set<Member> members = instance.getCluster().getMembers();
        Optional<Member> oldest = oldestCoordinator();
        if (oldest.isPresent()) {
            Set<String> live = members.stream().map(HazelcastBoard::key).collect(Collectors.toSet());
            if (oldest.get().localMember()) {
                sweep(infos, live);
                sweep(statuses, live);
                sweep(loads, live);
            }
            infoTexts = infos.getAll(live);
            statusTexts = statuses.getAll(live);
            drained = drains.keySet().stream().map(NodeId::new).collect(Collectors.toSet());
            String text = plans.get(PLAN_KEY);
            plan = text == null ? null : json.readValue(text, Plan.class);
        }
        Roster roster = new Roster();
        for (Member member : members) {
            info(member).ifPresent(info -> roster.add(info, status(member)));
        }
        return roster.snapshot(oldest.flatMap(this::info).map(NodeInfo::id), Optional.ofNullable(plan), drained);
    }

    @Override
    public Map<NodeId, ExpertLoad> loads() {
        Map<NodeId, ExpertLoad> byNode = new TreeMap<>();
        if (oldestCoordinator().isPresent()) {
            Map<String, String> texts = loads.getAll(Set.copyOf(infoTexts.keySet()));
            texts.forEach((key, text) -> {
                String info = infoTexts.get(key);
                if (info != null) {
                    byNode.put(json.readValue(info, NodeInfo.class).id(), json.readValue(text, ExpertLoad.class));
                }
            });
        }
        return byNode;
    }

    /// Members come in the order of joining.
    private Optional<Member> oldestCoordinator() {
        return instance.getCluster().getMembers().stream()
                .filter(member -> !member.isLiteMember())
                .findFirst();
    }

    private Optional<NodeInfo> info(Member member) {
        return Optional.ofNullable(infoTexts.get(key(member))).map(text -> json.readValue(text, NodeInfo.class));
    }

    private @Nullable NodeStatus status(Member member) {
        String text = statusTexts.get(key(member));
        return text == null ? null : json.readValue(text, NodeStatus.class);
    }

    @Override
    public boolean coordinatorIsHere() {
        return oldestCoordinator().isPresent();
    }

    /// A worker has no data to hand over, and a goodbye would wait for coordinators that may have gone before it.
    @Override
    public void leave() {
        if (lite) {
            instance.getLifecycleService().terminate();
        } else {
            instance.shutdown();
        }
    }

    private static void sweep(IMap<String, String> map, Set<String> live) {
        for (String key : map.keySet()) {
            if (!live.contains(key)) {
                map.delete(key);
            }
        }
    }

    private static String key(Member member) {
        return member.getUuid().toString();
    }

    private static void log(LifecycleEvent event) {
        switch (event.getState()) {
            case MERGING -> log.warn("the cluster was split: this side gives up its own and joins the larger one");
            case MERGED -> log.warn("joined the larger side of the split cluster");
            case MERGE_FAILED -> log.error("could not join the larger side of the split cluster");
            case STARTING,
                    STARTED,
                    SHUTTING_DOWN,
                    SHUTDOWN,
                    CLIENT_CONNECTED,
                    CLIENT_DISCONNECTED,
                    CLIENT_CHANGED_CLUSTER -> log.debug("membership: {}", event.getState());
        }
    }

    private static MapListener onEntry(Runnable changed) {
        return new AnyEntryChange(changed);
    }

    private static MembershipListener onMember(Runnable changed) {
        return new MembershipListener() {
            @Override
            public void memberAdded(MembershipEvent event) {
                changed.run();
            }

            @Override
            public void memberRemoved(MembershipEvent event) {
                changed.run();
            }
        };
    }

    private record AnyEntryChange(Runnable changed)
            implements EntryAddedListener<String, String>,
                    EntryUpdatedListener<String, String>,
                    EntryRemovedListener<String, String> {
        @Override
        public void entryAdded(EntryEvent<String, String> event) {
            changed.run();
        }

        @Override
        public void entryUpdated(EntryEvent<String, String> event) {
            changed.run();
        }

        @Override
        public void entryRemoved(EntryEvent<String, String> event) {
            changed.run();
        }
    }
}
