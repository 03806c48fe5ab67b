package io.thunderhead.transport.shm;

import io.thunderhead.core.id.NodeId;
import io.thunderhead.core.time.Deadline;
import io.thunderhead.transport.TransportConfig;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;

/// Takes a worker's offer.
public final class RingDialer {
    private RingDialer() {}

    /// A line, not started. Throws IOException when the worker is not on this host or does not answer.
    public static RingLine dial(NodeId self, NodeId worker, RingOffer offer, TransportConfig config)
            throws IOException {
        if (!offer.bootId().equals(RingOffer.ownBootId()) || !Files.exists(offer.socket())) {
            throw new IOException("it is on another host");
        }
        Doorbell doorbell = new Doorbell(SocketChannel.open(UnixDomainSocketAddress.of(offer.socket())));
        Path file = offer.socket().resolveSibling("ring-" + UUID.randomUUID());
        try {
            long capacity = config.sharedMemoryRing().value();
            RingFile rings = RingFile.create(file, capacity);
            try {
                doorbell.send(
                        new Greeting(offer.token(), capacity, file.getFileName().toString(), self.value()).encode());
                doorbell.receive(ByteBuffer.allocate(1), Deadline.after(config.connectTimeout()));
            } catch (IOException | RuntimeException e) {
                rings.close();
                throw e;
            }
            return new RingLine(
                    worker.value(),
                    rings,
                    rings.toCaller(),
                    rings.toWorker(),
                    doorbell,
                    config.maxMessage().value(),
                    config.keepalive());
        } catch (IOException | RuntimeException e) {
            doorbell.release();
            throw e;
        } finally {
            Files.deleteIfExists(file);
        }
    }
}
