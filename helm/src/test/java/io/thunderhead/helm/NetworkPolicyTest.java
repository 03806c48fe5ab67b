package io.thunderhead.helm;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.LabelSelector;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyPeer;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyPort;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// Who may open a connection to whom, read out of the policies as a network plugin does: both ends must allow it.
class NetworkPolicyTest {
    private static final int MEMBERSHIP = 5701;
    private static final int NODE = 7070;
    private static final int HTTP = 8080;
    private static final int GRPC = 9090;

    private static final int METRICS = 9464;

    private final Policies policies = new Policies(Release.of(Map.of()));

    @Test
    void membersReachMembersOnTheirPortsAndNothingElse() {
        assertThat(flows())
                .containsExactlyInAnyOrder(
                        "coordinator -> coordinator:5701",
                        "coordinator -> attention-worker:5701",
                        "coordinator -> expert-worker:5701",
                        "attention-worker -> coordinator:5701",
                        "attention-worker -> attention-worker:5701",
                        "attention-worker -> expert-worker:5701",
                        "expert-worker -> coordinator:5701",
                        "expert-worker -> attention-worker:5701",
                        "expert-worker -> expert-worker:5701",
                        "coordinator -> attention-worker:7070",
                        "attention-worker -> attention-worker:7070",
                        "attention-worker -> expert-worker:7070");
    }

    @Test
    void othersReachTheApiAlone() {
        Map<String, String> stranger = Map.of("app", "other");
        assertThat(Release.ROLES)
                .allSatisfy(role -> assertThat(Stream.of(MEMBERSHIP, NODE, HTTP, GRPC)
                                .filter(port -> policies.accepts(role, stranger, port)))
                        .isEqualTo(role.equals("coordinator") ? List.of(HTTP, GRPC) : List.of()));
    }

    @Test
    void everyoneMayScrapeUntilMonitoringIsNamed() {
        Map<String, String> prometheus = Map.of("app", "prometheus");
        Map<String, String> stranger = Map.of("app", "other");
        Policies named = new Policies(
                Release.of(Map.of("networkPolicy.monitoring[0].podSelector.matchLabels.app", "prometheus")));
        assertThat(Release.ROLES).allSatisfy(role -> {
            assertThat(policies.accepts(role, stranger, METRICS)).isTrue();
            assertThat(named.accepts(role, stranger, METRICS)).isFalse();
            assertThat(named.accepts(role, prometheus, METRICS)).isTrue();
        });
    }

    private Set<String> flows() {
        Set<String> flows = new TreeSet<>();
        for (String from : Release.ROLES) {
            for (String to : Release.ROLES) {
                for (int port : new int[] {MEMBERSHIP, NODE, HTTP, GRPC}) {
                    if (policies.mayOpen(from, policies.labels(to), port)
                            && policies.accepts(to, policies.labels(from), port)) {
                        flows.add(from + " -> " + to + ":" + port);
                    }
                }
            }
        }
        return flows;
    }

    /// What the policies of a release let pass.
    private record Policies(Release release) {
        Map<String, String> labels(String role) {
            return release.workload(role).getSpec().getTemplate().getMetadata().getLabels();
        }

        boolean accepts(String role, Map<String, String> from, int port) {
            return policy(role).getSpec().getIngress().stream()
                    .anyMatch(rule -> covers(rule.getPorts(), port) && selects(rule.getFrom(), from));
        }

        boolean mayOpen(String role, Map<String, String> to, int port) {
            return policy(role).getSpec().getEgress().stream()
                    .anyMatch(rule -> covers(rule.getPorts(), port) && selects(rule.getTo(), to));
        }

        private NetworkPolicy policy(String role) {
            NetworkPolicy policy = release.one(NetworkPolicy.class, Release.NAME + "-" + role);
            assertThat(matches(policy.getSpec().getPodSelector(), labels(role))).isTrue();
            return policy;
        }
    }

    private static boolean covers(List<NetworkPolicyPort> ports, int port) {
        return ports.stream().anyMatch(allowed -> allowed.getPort().getIntVal() == port);
    }

    private static boolean selects(List<NetworkPolicyPeer> peers, Map<String, String> labels) {
        return peers.isEmpty() || peers.stream().anyMatch(peer -> matches(peer.getPodSelector(), labels));
    }

    private static boolean matches(LabelSelector selector, Map<String, String> labels) {
        return labels.entrySet().containsAll(selector.getMatchLabels().entrySet())
                && selector.getMatchExpressions().stream()
                        .allMatch(expression -> expression.getOperator().equals("In")
                                && expression.getValues().contains(labels.get(expression.getKey())));
    }
}
