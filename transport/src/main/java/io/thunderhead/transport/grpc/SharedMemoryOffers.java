package io.thunderhead.transport.grpc;

import io.grpc.stub.StreamObserver;
import io.thunderhead.core.error.ErrorCode;
import io.thunderhead.core.error.ServingException;
import io.thunderhead.core.id.NodeId;
import io.thunderhead.proto.control.v1.SharedMemoryGrpc;
import io.thunderhead.proto.control.v1.SharedMemoryOffer;
import io.thunderhead.proto.control.v1.SharedMemoryRequest;
import io.thunderhead.transport.TransportConfig;
import io.thunderhead.transport.shm.RingHost;
import io.thunderhead.transport.shm.RingOffer;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Tells callers how to reach this node through shared memory. Offers nothing until [#start], or where this machine has
/// no unix sockets or no room.
final class SharedMemoryOffers extends SharedMemoryGrpc.SharedMemoryImplBase implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(SharedMemoryOffers.class);

    private volatile @Nullable RingHost host;

    void start(NodeId self, TransportConfig config, RingHost.Welcome welcome) {
        try {
            host = RingHost.start(config, welcome);
        } catch (IOException | UnsupportedOperationException e) {
            LOG.info("node {} offers no shared memory: {}", self, e.getMessage());
        }
    }

    @Override
    public void offer(SharedMemoryRequest request, StreamObserver<SharedMemoryOffer> answer) {
        RingHost offering = host;
        if (offering == null) {
            answer.onError(
                    GrpcErrors.toGrpc(new ServingException(ErrorCode.NOT_FOUND, "no shared memory is offered here")));
            return;
        }
        RingOffer offer = offering.offer();
        answer.onNext(SharedMemoryOffer.newBuilder()
                .setBootId(offer.bootId())
                .setSocket(offer.socket().toString())
                .setToken(offer.token())
                .build());
        answer.onCompleted();
    }

    @Override
    public void close() {
        RingHost offering = host;
        if (offering != null) {
            offering.close();
        }
    }
}
