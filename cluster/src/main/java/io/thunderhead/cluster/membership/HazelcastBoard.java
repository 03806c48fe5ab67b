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
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.json.JsonMapper;

/// The board in three Hazelcast maps of JSON texts: infos and statuses by the member's id, and the plan. Entries of
/// members that are gone do not count; the oldest coordinator sweeps them out.
final class HazelcastBoard implements Board {
    private static final Logger log = LoggerFactory.getLogger(HazelcastBoard.class);
    private static final String PLAN_KEY = "in-force";

    private final HazelcastInstance instance;
    private final JsonMapper json = new JsonMapper();
    private final IMap<String, String> infos;
    private final IMap<String, String> statuses;
    private final IMap<String, String> plans;

    HazelcastBoard(HazelcastInstance instance, Runnable changed) {
        this.instance = instance;
        this.infos = instance.getMap("node-infos");
        this.statuses = instance.getMap("node-statuses");
        this.plans = instance.getMap("plan");
        for (IMap<String, String> map : List.of(infos, statuses, plans)) {
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

    /// The member's id is read each time: it changes when a split cluster merges.
    private void post(IMap<String, String> map, String text) {
        String key = key(instance.getCluster().getLocalMember());
        if (!text.equals(map.get(key))) {
            map.set(key, text);
        }
    }

    @Override
    public Plan offer(Plan offered) {
        String text = json.writeValueAsString(offered);
        while (true) {
            String inForce = plans.get(PLAN_KEY);
            if (inForce == null) {
                if (plans.putIfAbsent(PLAN_KEY, text) == null) {
                    return offered;
                }
                continue;
            }
            Plan current = plan(inForce);
            if (current.epoch() >= offered.epoch()) {
                return current;
            }
            if (plans.replace(PLAN_KEY, inForce, text)) {
                return offered;
            }
        }
    }

    @Override
    public Snapshot read() {
        List<Member> members = new ArrayList<>(instance.getCluster().getMembers());
        Set<String> live = members.stream().map(HazelcastBoard::key).collect(Collectors.toSet());
        Optional<Member> oldest =
                members.stream().filter(member -> !member.isLiteMember()).findFirst();
        if (oldest.filter(Member::localMember).isPresent()) {
            sweep(infos, live);
            sweep(statuses, live);
        }
        Map<String, String> infoTexts = infos.getAll(live);
        Map<String, String> statusTexts = statuses.getAll(live);
        Roster roster = new Roster();
        for (Member member : members) {
            String info = infoTexts.get(key(member));
            String status = statusTexts.get(key(member));
            if (info != null) {
                roster.add(
                        json.readValue(info, NodeInfo.class),
                        status == null ? null : json.readValue(status, NodeStatus.class));
            }
        }
        Optional<NodeId> leader = oldest.map(member -> infoTexts.get(key(member)))
                .map(text -> json.readValue(text, NodeInfo.class).id());
        return roster.snapshot(leader, Optional.ofNullable(plans.get(PLAN_KEY)).map(this::plan));
    }

    @Override
    public void leave() {
        instance.shutdown();
    }

    private Plan plan(String text) {
        return json.readValue(text, Plan.class);
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
