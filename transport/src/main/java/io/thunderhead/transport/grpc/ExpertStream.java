package io.thunderhead.transport.grpc;

import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.thunderhead.core.error.ServingException;
import io.thunderhead.transport.exchange.ExpertService;
import io.thunderhead.transport.wire.OutgoingFrame;
import io.thunderhead.transport.wire.StreamMemory;
import java.io.InputStream;

/// An expert worker's end of one gRPC stream.
final class ExpertStream extends ServerStream<InputStream, InputStream> {
    private final ExpertSession session;

    ExpertStream(
            ServerCall<InputStream, InputStream> call,
            Metadata headers,
            ExpertService service,
            StreamMemory memory,
            WorkInFlight work,
            long messageBytesMax) {
        super(call, headers);
        this.session = new ExpertSession(caller(), service, memory, work, messageBytesMax, this::answer);
    }

    private void answer(OutgoingFrame frame, Runnable sent) {
        try {
            answer(frame); // gRPC has taken the bytes when this returns
        } finally {
            sent.run();
        }
    }

    @Override
    void take(InputStream message) {
        session.take(message);
    }

    @Override
    void ended(ServingException reason) {
        session.ended();
    }
}
