package io.thunderhead.transport.shm;

import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.thunderhead.core.id.HostPort;
import io.thunderhead.proto.control.v1.SharedMemoryGrpc;
import io.thunderhead.proto.control.v1.SharedMemoryOffer;
import io.thunderhead.proto.control.v1.SharedMemoryRequest;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/// Asks a worker for its offer.
final class RingsOf {
    private RingsOf() {}

    static RingOffer offer(HostPort worker) {
        ManagedChannel channel = Grpc.newChannelBuilderForAddress(
                        worker.host(), worker.port(), InsecureChannelCredentials.create())
                .build();
        try {
            SharedMemoryOffer offer = SharedMemoryGrpc.newBlockingStub(channel)
                    .withDeadlineAfter(10, TimeUnit.SECONDS)
                    .offer(SharedMemoryRequest.getDefaultInstance());
            return new RingOffer(offer.getBootId(), Path.of(offer.getSocket()), offer.getToken());
        } finally {
            channel.shutdownNow();
        }
    }

    static Path folder(HostPort worker) {
        return offer(worker).socket().resolveSibling(".").normalize();
    }
}
