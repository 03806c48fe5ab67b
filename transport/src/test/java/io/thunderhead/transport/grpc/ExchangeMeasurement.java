package io.thunderhead.transport.grpc;

import io.thunderhead.core.id.HostPort;
import io.thunderhead.core.id.NodeId;
import io.thunderhead.core.time.Deadline;
import io.thunderhead.transport.NodeServices;
import io.thunderhead.transport.TransportConfig;
import io.thunderhead.transport.Wire;
import io.thunderhead.transport.exchange.CombinedRows;
import io.thunderhead.transport.exchange.ExpertExchange;
import io.thunderhead.transport.exchange.ExpertService;
import io.thunderhead.transport.exchange.TestRows;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.Arrays;

/// Round trips of the expert exchange on loopback, to be run by hand: without arguments both ends in one process, with
/// `serve` only the worker, with `host:port` only the caller.
final class ExchangeMeasurement {
    private static final ExpertService ECHO = (rows, deadline, reply) -> {
        MemorySegment room = reply.allocate(rows.rowCount(), rows.hiddenSize());
        MemorySegment.copy(rows.hidden(), 0, room, 0, room.byteSize());
        reply.send(0);
    };

    private ExchangeMeasurement() {}

    public static void main(String[] arguments) throws InterruptedException {
        String mode = arguments.length == 0 ? "both" : arguments[0];
        if (mode.equals("both") || mode.equals("serve")) {
            GrpcNodeServer server = new GrpcNodeServer(
                    Wire.WORKER, new HostPort("127.0.0.1", 0), NodeServices.of(ECHO), TransportConfig.DEFAULTS);
            HostPort address = server.start();
            System.out.println("worker at " + address);
            if (mode.equals("serve")) {
                Thread.sleep(Duration.ofMinutes(10));
            }
            measure(address);
            server.close();
        } else {
            measure(HostPort.parse(mode));
        }
    }

    private static void measure(HostPort address) {
        try (GrpcNodeConnector connector = new GrpcNodeConnector(new NodeId("caller"), TransportConfig.DEFAULTS);
                ExpertExchange exchange = connector.expertExchange(Wire.WORKER, address)) {
            report("12 KiB", exchange, TestRows.of(1, 3072, 2, 1), 20_000);
            report("6 MiB", exchange, TestRows.of(256, 6144, 2, 1), 400);
        }
    }

    private static void report(String name, ExpertExchange exchange, TestRows rows, int rounds) {
        long[] nanos = new long[rounds];
        for (int round = 0; round < rounds; round++) {
            long start = System.nanoTime();
            Deadline deadline = Deadline.after(Duration.ofSeconds(30));
            try (CombinedRows _ = exchange.dispatch(rows, deadline).await(deadline)) {
                nanos[round] = System.nanoTime() - start;
            }
        }
        long before = allocatedBytes();
        for (int round = 0; round < 100; round++) {
            Deadline deadline = Deadline.after(Duration.ofSeconds(30));
            exchange.dispatch(rows, deadline).await(deadline).close();
        }
        long garbage = (allocatedBytes() - before) / 100;
        long[] warm = Arrays.copyOfRange(nanos, rounds / 2, rounds);
        Arrays.sort(warm);
        System.out.printf(
                "%s: median %.0f us, 99th %.0f us, %d bytes of heap a round trip over all threads%n",
                name, warm[warm.length / 2] / 1e3, warm[warm.length * 99 / 100] / 1e3, garbage);
    }

    private static long allocatedBytes() {
        var threads = (com.sun.management.ThreadMXBean) java.lang.management.ManagementFactory.getThreadMXBean();
        return threads.getTotalThreadAllocatedBytes();
    }
}
