package io.thunderhead.transport;

import io.thunderhead.core.id.HostPort;
import io.thunderhead.core.id.NodeId;
import io.thunderhead.core.time.Deadline;
import io.thunderhead.transport.exchange.CombinedRows;
import io.thunderhead.transport.exchange.ExpertExchange;
import io.thunderhead.transport.exchange.ExpertService;
import io.thunderhead.transport.exchange.TestRows;
import io.thunderhead.transport.grpc.GrpcNodeConnector;
import io.thunderhead.transport.grpc.GrpcNodeServer;
import io.thunderhead.transport.grpc.SharedMemoryWire;
import java.io.BufferedReader;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// Round trips of the expert exchange between two JVMs of one machine, beside the same bytes over a plain socket. Not
/// part of the suite; docs/PERFORMANCE.md says how to run it. The wires take turns, so that a busy machine hurts all.
final class ExchangeMeasurement {
    private static final int TURNS = 8;
    private static final ExpertService ECHO = (rows, deadline, reply) -> {
        MemorySegment room = reply.allocate(rows.rowCount(), rows.hiddenSize());
        MemorySegment.copy(rows.hidden(), 0, room, 0, room.byteSize());
        reply.send(0);
    };

    @Test
    void measuresRoundTrips() throws Exception {
        Process worker = JavaProcess.start(ExchangeMeasurement.class);
        try (BufferedReader output = worker.inputReader()) {
            HostPort tcp = HostPort.parse(output.readLine());
            HostPort grpc = HostPort.parse(output.readLine());
            measure(worker, "12 KiB", offHeap(TestRows.of(1, 3072, 2, 1)), 2_000, tcp, grpc);
            measure(worker, "6 MiB", offHeap(TestRows.of(256, 6144, 2, 1)), 40, tcp, grpc);
        } finally {
            worker.destroyForcibly();
        }
    }

    /// The worker's process: says where it listens, and ends with its parent.
    public static void main(String[] arguments) throws IOException {
        GrpcNodeServer server = new GrpcNodeServer(
                Wire.WORKER, new HostPort("127.0.0.1", 0), NodeServices.of(ECHO), TransportConfig.DEFAULTS);
        System.out.println(TcpEcho.serve());
        System.out.println(server.start());
        while (System.in.read() >= 0) {
            // the parent writes nothing
        }
        server.close();
    }

    /// Where activations are: outside of the heap.
    private static TestRows offHeap(TestRows rows) {
        MemorySegment hidden = Arena.global().allocate(rows.hidden().byteSize(), 64);
        MemorySegment.copy(rows.hidden(), 0, hidden, 0, hidden.byteSize());
        return new TestRows(
                rows.planEpoch(), rows.layerIndex(), rows.rowCount(), rows.hiddenSize(), rows.topK(), hidden, 1);
    }

    private static void measure(Process worker, String name, TestRows rows, int rounds, HostPort tcp, HostPort grpc)
            throws Exception {
        int bytes = rows.rowCount() * rows.hiddenSize() * Float.BYTES;
        ByteBuffer message = ByteBuffer.allocateDirect(bytes);
        try (TcpEcho socket = TcpEcho.connect(tcp, bytes);
                GrpcNodeConnector overGrpc = new GrpcNodeConnector(new NodeId("caller"), withoutSharedMemory());
                ExpertExchange exchange = overGrpc.expertExchange(Wire.WORKER, grpc);
                NodeConnector sharing = SharedMemoryWire.sharing(
                        new GrpcNodeConnector(new NodeId("sharer"), TransportConfig.DEFAULTS));
                ExpertExchange shared = sharing.expertExchange(Wire.WORKER, grpc)) {
            Map<String, RoundTrip> wires = new LinkedHashMap<>();
            wires.put("plain TCP", () -> socket.roundTrip(message));
            wires.put("gRPC", () -> roundTrip(exchange, rows));
            wires.put("shared memory", () -> roundTrip(shared, rows));
            report(worker, name, wires, rounds);
        }
    }

    private static TransportConfig withoutSharedMemory() {
        TransportConfig config = TransportConfig.DEFAULTS;
        return new TransportConfig(
                config.maxMessage(),
                config.maxInFlight(),
                config.arrowMemory(),
                config.ioThreads(),
                config.connectTimeout(),
                config.reconnectPauseMax(),
                config.keepalive(),
                config.closeGrace(),
                TransportConfig.SharedMemory.OFF,
                config.sharedMemoryRing(),
                config.tlsCertificate(),
                config.tlsKey(),
                config.tlsCa());
    }

    private static void roundTrip(ExpertExchange exchange, TestRows rows) {
        Deadline deadline = Deadline.after(Duration.ofSeconds(30));
        try (CombinedRows _ = exchange.dispatch(rows, deadline).await(deadline)) {
            // only the time counts
        }
    }

    private static void report(Process worker, String name, Map<String, RoundTrip> wires, int rounds) throws Exception {
        Map<String, long[]> nanos = new LinkedHashMap<>();
        Map<String, Long> cpu = new LinkedHashMap<>();
        for (int turn = 0; turn < TURNS; turn++) {
            for (var wire : wires.entrySet()) {
                long[] all = nanos.computeIfAbsent(wire.getKey(), any -> new long[TURNS * rounds]);
                long before = cpuNanos(worker);
                for (int round = 0; round < rounds; round++) {
                    long start = System.nanoTime();
                    wire.getValue().run();
                    all[turn * rounds + round] = System.nanoTime() - start;
                }
                if (turn >= TURNS / 4) {
                    cpu.merge(wire.getKey(), cpuNanos(worker) - before, Long::sum);
                }
            }
        }
        nanos.forEach((wire, all) -> {
            long[] warm = Arrays.copyOfRange(all, all.length / 4, all.length);
            print(name, wire, warm, cpu.getOrDefault(wire, 0L) / warm.length);
        });
    }

    /// Of both ends: what other programs on the machine take does not count.
    private static long cpuNanos(Process worker) {
        Duration there = worker.info().totalCpuDuration().orElse(Duration.ZERO);
        Duration here = ProcessHandle.current().info().totalCpuDuration().orElse(Duration.ZERO);
        return there.plus(here).toNanos();
    }

    private static void print(String name, String wire, long[] nanos, long cpuNanos) {
        Arrays.sort(nanos);
        System.out.printf(
                "%-8s %-14s median %8.0f us   10th %8.0f us   99th %8.0f us   CPU %8.0f us%n",
                name,
                wire,
                nanos[nanos.length / 2] / 1e3,
                nanos[nanos.length / 10] / 1e3,
                nanos[nanos.length * 99 / 100] / 1e3,
                cpuNanos / 1e3);
    }

    private interface RoundTrip {
        void run() throws Exception;
    }
}
