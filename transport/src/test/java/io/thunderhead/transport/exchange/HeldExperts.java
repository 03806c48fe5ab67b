package io.thunderhead.transport.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import io.thunderhead.core.time.Deadline;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/// An expert worker that answers when the test says so.
public final class HeldExperts implements ExpertService {
    private final BlockingQueue<Held> held = new LinkedBlockingQueue<>();

    @Override
    public void dispatch(ExpertRows rows, Deadline deadline, Reply reply) {
        held.add(new Held(rows, deadline, reply));
    }

    public Held next() throws InterruptedException {
        Held next = held.poll(10, TimeUnit.SECONDS);
        assertThat(next).as("a dispatch that arrived").isNotNull();
        return next;
    }

    public boolean isEmpty() {
        return held.isEmpty();
    }

    public record Held(ExpertRows rows, Deadline deadline, Reply reply) {
        public void answer() {
            int rowCount = rows.rowCount() * CombinedRows.rowsPerToken(rows.topK());
            TestRows.compute(rows, reply.allocate(rowCount, rows.hiddenSize()));
            reply.send(42);
        }
    }
}
