package io.thunderhead.transport.shm;

import io.thunderhead.core.time.Deadline;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/// A caller that can write into the ring whatever it likes.
final class RawCaller implements AutoCloseable {
    static final long CAPACITY = 1 << 16;

    private final Doorbell doorbell;
    private final RingFile rings;

    private RawCaller(Doorbell doorbell, RingFile rings) {
        this.doorbell = doorbell;
        this.rings = rings;
    }

    static RawCaller greet(RingOffer offer) throws IOException {
        return greet(offer, offer.token(), CAPACITY, "ring-0");
    }

    /// Throws IOException when the worker hangs up.
    static RawCaller greet(RingOffer offer, String token, long capacity, String name) throws IOException {
        Path file = offer.socket().resolveSibling("ring-0");
        RingFile rings = RingFile.create(file, CAPACITY);
        Doorbell doorbell = new Doorbell(SocketChannel.open(UnixDomainSocketAddress.of(offer.socket())));
        try {
            doorbell.send(new Greeting(token, capacity, name, "raw").encode());
            doorbell.receive(ByteBuffer.allocate(1), Deadline.after(Duration.ofSeconds(10)));
            return new RawCaller(doorbell, rings);
        } catch (IOException e) {
            doorbell.release();
            rings.close();
            Files.deleteIfExists(file); // of a file that it took the worker removes the name itself
            throw e;
        }
    }

    /// Puts bytes at the ring's start and says that so many were written.
    void write(byte[] bytes, long written) {
        Ring ring = rings.toWorker();
        MemorySegment.copy(MemorySegment.ofArray(bytes), 0, ring.data(), 0, bytes.length);
        ring.written(written);
        doorbell.ring();
    }

    /// Says what the worker has said that it read.
    void readBy(long position) {
        rings.toCaller().read(position);
    }

    /// Whether the worker has hung up because of what was written.
    boolean accused() throws IOException {
        doorbell.await(Duration.ofMillis(100));
        return doorbell.accused();
    }

    @Override
    public void close() {
        doorbell.release();
        rings.close();
    }
}
