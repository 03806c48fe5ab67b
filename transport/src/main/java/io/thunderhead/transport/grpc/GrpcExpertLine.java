package io.thunderhead.transport.grpc;

import io.thunderhead.core.error.ServingException;
import io.thunderhead.core.time.Deadline;
import io.thunderhead.transport.wire.OutgoingFrame;
import java.io.InputStream;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// A gRPC stream with dispatches on it.
record GrpcExpertLine(ClientStream<InputStream, InputStream> stream, ExpertLine line) implements Reopening.Line {
    /// Lets a line send over the stream.
    record OverStream(ClientStream<InputStream, InputStream> stream) implements ExpertLine.Sender {
        @Override
        public void send(Supplier<OutgoingFrame> frame, Deadline deadline) {
            stream.send(frame::get, deadline);
        }

        @Override
        public @Nullable ServingException end() {
            return stream.end();
        }
    }
}
