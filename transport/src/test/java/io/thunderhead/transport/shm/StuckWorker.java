package io.thunderhead.transport.shm;

import io.thunderhead.core.id.HostPort;
import io.thunderhead.transport.NodeServices;
import io.thunderhead.transport.TestConfigs;
import io.thunderhead.transport.Wire;
import io.thunderhead.transport.exchange.ExpertService;
import io.thunderhead.transport.grpc.GrpcNodeServer;
import java.util.concurrent.CountDownLatch;

/// A worker's process that takes a dispatch and then nothing more, until it is killed. Says where it listens.
final class StuckWorker {
    private StuckWorker() {}

    public static void main(String[] arguments) throws Exception {
        CountDownLatch never = new CountDownLatch(1);
        ExpertService stuck = (rows, deadline, reply) -> {
            System.out.println("stuck");
            awaitUninterruptibly(never);
        };
        GrpcNodeServer server = new GrpcNodeServer(
                Wire.WORKER, new HostPort("127.0.0.1", 0), NodeServices.of(stuck), TestConfigs.sharedMemory(8));
        System.out.println(server.start());
        never.await();
        server.close();
    }

    private static void awaitUninterruptibly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
