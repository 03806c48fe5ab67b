package io.thunderhead.cluster.membership;

import static org.assertj.core.api.Assertions.assertThat;

import io.thunderhead.cluster.membership.ClusterMembership.Snapshot;
import io.thunderhead.cluster.placement.Plan;
import io.thunderhead.cluster.testing.Nodes;
import io.thunderhead.core.id.NodeId;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

final class BoardMembershipTest {
    private static final NodeInfo SELF = Nodes.expert(0, 100);

    /// As when a whole cluster stops: whoever would answer has gone before.
    @Test
    void closingEndsACallThatWaitsForOthers() throws Exception {
        UnansweredBoard board = new UnansweredBoard();
        ClusterMembership membership = new BoardMembership() {
            @Override
            Board open(NodeInfo self, Runnable changed) {
                return board;
            }
        };
        membership.start(SELF);
        membership.publish(MembershipContract.status(SELF, 1, "at work"));
        assertThat(board.waiting.await(10, TimeUnit.SECONDS)).isTrue();

        membership.close();

        assertThat(board.answered).isFalse();
    }

    /// Answers nothing about a status until this node leaves.
    private static final class UnansweredBoard implements Board {
        private final CountDownLatch waiting = new CountDownLatch(1);
        private final CountDownLatch left = new CountDownLatch(1);
        private volatile boolean answered;

        @Override
        public void post(NodeInfo self) {}

        @Override
        public void post(NodeStatus status) {
            waiting.countDown();
            try {
                answered = !left.await(30, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            throw new IllegalStateException("left");
        }

        @Override
        public Plan offer(Plan plan) {
            return plan;
        }

        @Override
        public void post(ExpertLoad load) {}

        @Override
        public void drain(NodeId node, boolean drained) {}

        @Override
        public Map<NodeId, ExpertLoad> loads() {
            return Map.of();
        }

        @Override
        public Snapshot read() {
            return new Snapshot(Optional.empty(), List.of(SELF), List.of(), Optional.empty());
        }

        @Override
        public boolean coordinatorIsHere() {
            return false;
        }

        @Override
        public void leave() {
            left.countDown();
        }
    }
}
