package io.thunderhead.transport.testing;

import static org.assertj.core.api.Assertions.assertThat;

import io.thunderhead.core.error.ErrorCode;
import io.thunderhead.core.error.ServingException;
import io.thunderhead.core.id.HostPort;
import io.thunderhead.core.id.NodeId;
import io.thunderhead.core.time.Deadline;
import io.thunderhead.transport.NodeServices;
import io.thunderhead.transport.TestConfigs;
import io.thunderhead.transport.exchange.CombinedRows;
import io.thunderhead.transport.exchange.ExpertExchange;
import io.thunderhead.transport.exchange.TestRows;
import io.thunderhead.transport.inprocess.InProcessConnector;
import io.thunderhead.transport.inprocess.InProcessNodes;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class FaultyTransportTest {
    private static final NodeId WORKER = new NodeId("worker-0");
    private static final Faults SOME = new Faults(0.2, Duration.ofMillis(2), 0.2, 0.2);

    private static List<String> fates(long seed, Faults faults, int count) {
        InProcessNodes nodes = new InProcessNodes();
        nodes.server(WORKER, NodeServices.of((rows, deadline, reply) -> {
                    TestRows.compute(rows, reply.allocate(rows.rowCount(), rows.hiddenSize()));
                    reply.send(0);
                }))
                .start();
        List<String> fates = new ArrayList<>();
        try (FaultyTransport transport = new FaultyTransport(
                new InProcessConnector(new NodeId("caller"), nodes, TestConfigs.of(4)), seed, faults)) {
            ExpertExchange exchange = transport.expertExchange(WORKER, new HostPort("unused", 0));
            for (int i = 0; i < count; i++) {
                fates.add(fate(exchange));
            }
        }
        return fates;
    }

    private static String fate(ExpertExchange exchange) {
        TestRows sent = TestRows.of(2, 4, 2, 1);
        Deadline deadline = Deadline.after(Duration.ofMillis(50));
        try (CombinedRows rows = exchange.dispatch(sent, deadline).await(deadline)) {
            assertThat(rows.hidden().toArray(ValueLayout.JAVA_FLOAT)).isEqualTo(sent.expected());
            return "answered";
        } catch (ServingException e) {
            return e.code().name();
        }
    }

    @Test
    void doesNothingWithoutFaults() {
        assertThat(fates(1, Faults.NONE, 30)).containsOnly("answered");
    }

    @Test
    void losesAndDropsSomeAndAnswersTheRestRight() {
        assertThat(fates(1, SOME, 30))
                .contains("answered", ErrorCode.WORKER_LOST.name(), ErrorCode.DEADLINE_EXCEEDED.name());
    }

    @Test
    void doesTheSameForTheSameSeed() {
        List<FaultDice.Fate> first = new ArrayList<>();
        List<FaultDice.Fate> second = new ArrayList<>();
        FaultDice one = new FaultDice(5, SOME);
        FaultDice other = new FaultDice(5, SOME);
        for (int i = 0; i < 100; i++) {
            first.add(one.next());
            second.add(other.next());
        }
        assertThat(first).isEqualTo(second);
        assertThat(first).hasAtLeastOneElementOfType(FaultDice.Fate.Lost.class);
    }
}
