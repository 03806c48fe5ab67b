package io.thunderhead.cluster.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import io.thunderhead.cluster.membership.ClusterMembership;
import io.thunderhead.cluster.membership.InMemoryCluster;
import io.thunderhead.cluster.membership.NodeInfo;
import io.thunderhead.cluster.membership.NodeRole;
import io.thunderhead.core.id.HostPort;
import io.thunderhead.core.id.NodeId;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class LeaderLabelTest {
    private static final String LABEL = "thunderhead.io/leader";

    private final InMemoryCluster cluster = new InMemoryCluster();

    @Test
    void theLabelGoesWithLeadership() throws Exception {
        RecordedLabels first = new RecordedLabels();
        RecordedLabels second = new RecordedLabels();
        ClusterMembership oldest = join("c0");
        try (LeaderLabel c0 = label("c0", first);
                ClusterMembership next = join("c1");
                LeaderLabel c1 = label("c1", second)) {
            c0.start(oldest);
            assertThat(first.next()).isTrue();
            c1.start(next);
            assertThat(second.next()).as("one that stands by").isFalse();

            oldest.close();

            assertThat(second.next()).as("after the leader has gone").isTrue();
        }
        assertThat(second.next()).as("after its own end").isFalse();
    }

    @Test
    void triesAgainUntilTheApiServerAgrees() throws Exception {
        AtomicInteger refusals = new AtomicInteger(2);
        RecordedLabels labels = new RecordedLabels();
        PodLabels stubborn = (label, present) -> {
            if (refusals.getAndDecrement() > 0) {
                throw new IOException("not now");
            }
            labels.set(label, present);
        };
        try (ClusterMembership only = join("c0");
                LeaderLabel label = label("c0", stubborn)) {
            label.start(only);
            assertThat(labels.next()).isTrue();
        }
    }

    private static LeaderLabel label(String id, PodLabels pod) {
        return new LeaderLabel(new NodeId(id), LABEL, pod, Duration.ofMillis(1));
    }

    private ClusterMembership join(String id) {
        ClusterMembership membership = cluster.join();
        membership.start(new NodeInfo(
                new NodeId(id), id + "-life", NodeRole.COORDINATOR, new HostPort(id, 0), 0, "cpu", id, ""));
        return membership;
    }

    private static final class RecordedLabels implements PodLabels {
        private final BlockingQueue<Boolean> applied = new LinkedBlockingQueue<>();

        @Override
        public void set(String label, boolean present) {
            assertThat(label).isEqualTo(LABEL);
            applied.add(present);
        }

        boolean next() throws InterruptedException {
            Boolean next = applied.poll(10, TimeUnit.SECONDS);
            assertThat(next).as("a change of the label within 10 s").isNotNull();
            return next;
        }
    }
}
