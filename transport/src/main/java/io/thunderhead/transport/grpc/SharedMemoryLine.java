package io.thunderhead.transport.grpc;

import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.thunderhead.core.error.ServingException;
import io.thunderhead.core.id.HostPort;
import io.thunderhead.core.id.NodeId;
import io.thunderhead.core.time.Deadline;
import io.thunderhead.proto.control.v1.SharedMemoryGrpc;
import io.thunderhead.proto.control.v1.SharedMemoryOffer;
import io.thunderhead.proto.control.v1.SharedMemoryRequest;
import io.thunderhead.transport.TransportConfig;
import io.thunderhead.transport.shm.RingDialer;
import io.thunderhead.transport.shm.RingLine;
import io.thunderhead.transport.shm.RingOffer;
import io.thunderhead.transport.wire.OutgoingFrame;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Looks, in the background and from the first dispatch on, whether a worker can be reached through shared memory, and
/// opens that line again when it is lost. Until then, and if not, dispatches go over gRPC. Thread-safe.
final class SharedMemoryLine implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(SharedMemoryLine.class);

    private final NodeId self;
    private final NodeId worker;
    private final HostPort address;
    private final TransportConfig config;
    private final NodeChannels channels;
    private final Function<ExpertLine.Sender, ExpertLine> lines;
    private final AtomicBoolean started = new AtomicBoolean();
    private final CountDownLatch closed = new CountDownLatch(1);
    private volatile @Nullable Open open;

    /// @param lines makes a line of what carries it
    SharedMemoryLine(
            NodeId self,
            NodeId worker,
            HostPort address,
            TransportConfig config,
            NodeChannels channels,
            Function<ExpertLine.Sender, ExpertLine> lines) {
        this.self = self;
        this.worker = worker;
        this.address = address;
        this.config = config;
        this.channels = channels;
        this.lines = lines;
    }

    /// The line, if there is one now. Does not wait.
    @Nullable
    ExpertLine current() {
        if (config.sharedMemory() == TransportConfig.SharedMemory.AUTO && started.compareAndSet(false, true)) {
            Thread.ofVirtual().name("shared-memory-" + worker).start(this::keep);
        }
        Open now = open;
        return now != null && now.ring().end() == null ? now.line() : null;
    }

    private void keep() {
        try {
            long pause = config.reconnectPauseMax().toMillis();
            while (!closed()) {
                @Nullable Open next = tryToOpen();
                if (next != null) {
                    LOG.info("rows for {} go through shared memory", worker);
                    open = next;
                    if (closed()) {
                        next.ring().close();
                    }
                    next.ended().await();
                }
                closed.await(pause, TimeUnit.MILLISECONDS);
            }
        } catch (IOException e) {
            LOG.info("rows for {} go over gRPC: {}", worker, e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /// Null when the worker cannot be reached just now. Throws IOException when it will not be through shared memory.
    private @Nullable Open tryToOpen() throws IOException {
        ManagedChannel channel = channels.open(address);
        try {
            SharedMemoryOffer offer = SharedMemoryGrpc.newBlockingStub(channel)
                    .withDeadlineAfter(config.connectTimeout().toNanos(), TimeUnit.NANOSECONDS)
                    .offer(SharedMemoryRequest.getDefaultInstance());
            RingLine ring = RingDialer.dial(
                    self,
                    worker,
                    new RingOffer(offer.getBootId(), Path.of(offer.getSocket()), offer.getToken()),
                    config);
            Open opened = new Open(ring, lines.apply(new OverRing(ring)), new CountDownLatch(1));
            ring.start(opened);
            return opened;
        } catch (StatusRuntimeException e) {
            if (e.getStatus().getCode() == Status.Code.NOT_FOUND
                    || e.getStatus().getCode() == Status.Code.UNIMPLEMENTED) {
                throw new IOException("it offers no shared memory", e);
            }
            return null;
        } finally {
            channel.shutdownNow();
        }
    }

    boolean closed() {
        return closed.getCount() == 0;
    }

    @Override
    public void close() {
        closed.countDown();
        Open last = open;
        if (last != null) {
            last.ring().close();
        }
    }

    private record Open(RingLine ring, ExpertLine line, CountDownLatch ended) implements RingLine.Receiver {
        @Override
        public void frame(InputStream frame) {
            line.message(frame);
        }

        @Override
        public void ended(ServingException reason) {
            line.ended(reason);
            ended.countDown();
        }
    }

    private record OverRing(RingLine ring) implements ExpertLine.Sender {
        @Override
        public void send(Supplier<OutgoingFrame> frame, Deadline deadline) {
            ring.send(frame, deadline);
        }

        @Override
        public @Nullable ServingException end() {
            return ring.end();
        }
    }
}
