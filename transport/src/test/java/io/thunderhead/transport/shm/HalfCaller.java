package io.thunderhead.transport.shm;

import io.thunderhead.core.id.HostPort;
import io.thunderhead.core.time.Deadline;
import io.thunderhead.transport.exchange.TestRows;
import io.thunderhead.transport.wire.OutgoingFrame;
import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.CountDownLatch;

/// A caller's process that sends half a dispatch and waits to be killed.
final class HalfCaller {
    private HalfCaller() {}

    public static void main(String[] arguments) throws Exception {
        ByteArrayOutputStream frame = new ByteArrayOutputStream();
        OutgoingFrame.dispatch(1, TestRows.of(2, 1024, 2, 1), Deadline.after(Duration.ofSeconds(20)))
                .drainTo(frame);
        try (RawCaller caller = RawCaller.greet(RingsOf.offer(HostPort.parse(arguments[0])))) {
            byte[] half = Arrays.copyOf(frame.toByteArray(), frame.size() / 2);
            caller.write(half, half.length);
            System.out.println("half a frame is sent");
            new CountDownLatch(1).await();
        }
    }
}
