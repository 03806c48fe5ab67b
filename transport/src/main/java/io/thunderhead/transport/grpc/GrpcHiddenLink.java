package io.thunderhead.transport.grpc;

import io.thunderhead.core.error.ServingException;
import io.thunderhead.core.id.NodeId;
import io.thunderhead.core.time.Deadline;
import io.thunderhead.transport.stage.HiddenHeader;
import io.thunderhead.transport.stage.HiddenLink;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Hidden rows over a gRPC stream that is opened again when it was lost.
final class GrpcHiddenLink implements HiddenLink {
    private final NodeId worker;
    private final Reopening<HiddenLine> lines;
    private final AtomicReference<@Nullable ServingException> earlier = new AtomicReference<>();

    GrpcHiddenLink(NodeId worker, Function<Consumer<ServingException>, Reopening<HiddenLine>> lines) {
        this.worker = worker;
        this.lines = lines.apply(earlier::set);
    }

    @Override
    public void send(HiddenHeader header, MemorySegment rows, Deadline deadline) {
        @Nullable ServingException failure = earlier.getAndSet(null);
        if (failure != null) {
            throw new ServingException(
                    failure.code(), "rows sent to " + worker + " before: " + failure.getMessage(), failure);
        }
        lines.get().send(header, rows, deadline);
    }

    @Override
    public void close() {
        lines.close("the line to " + worker);
    }
}
