package io.thunderhead.transport.shm;

import io.thunderhead.core.error.ErrorCode;
import io.thunderhead.core.error.ServingException;
import io.thunderhead.core.time.Deadline;
import io.thunderhead.transport.TransportConfig;
import java.io.IOException;
import java.io.InputStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A worker's end of all its lines through shared memory: listens on a unix socket in a folder of its own.
public final class RingHost implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(RingHost.class);
    private static final int LINES_MAX = 256;
    private static final Pattern FILE_NAME = Pattern.compile("ring-[0-9a-f-]{1,64}");

    private final TransportConfig config;
    private final Welcome welcome;
    private final RingFolder folder;
    private final ServerSocketChannel listening;
    private final RingOffer offer;
    private final Semaphore room = new Semaphore(LINES_MAX);
    private final Set<RingLine> lines = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    private RingHost(TransportConfig config, Welcome welcome, RingFolder folder, ServerSocketChannel listening) {
        this.config = config;
        this.welcome = welcome;
        this.folder = folder;
        this.listening = listening;
        byte[] token = new byte[RingOffer.TOKEN_DIGITS / 2];
        new SecureRandom().nextBytes(token);
        this.offer = new RingOffer(
                RingOffer.ownBootId(), socket(folder), HexFormat.of().formatHex(token));
    }

    /// Listens. Throws IOException where this machine cannot.
    public static RingHost start(TransportConfig config, Welcome welcome) throws IOException {
        RingFolder folder = RingFolder.create();
        try {
            ServerSocketChannel listening = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
            listening.bind(UnixDomainSocketAddress.of(socket(folder)));
            RingHost host = new RingHost(config, welcome, folder, listening);
            Thread.ofPlatform().daemon().name("ring-accept").start(host::accept);
            return host;
        } catch (IOException | RuntimeException e) {
            folder.close();
            throw e;
        }
    }

    private static Path socket(RingFolder folder) {
        return folder.path().resolve("bell");
    }

    public RingOffer offer() {
        return offer;
    }

    private void accept() {
        while (!closed) {
            try {
                SocketChannel socket = listening.accept();
                if (room.tryAcquire()) {
                    Thread.ofVirtual().name("ring-greeting").start(() -> greet(socket));
                } else {
                    socket.close();
                }
            } catch (IOException e) {
                if (!closed) {
                    LOG.warn("no more lines through shared memory: {}", e.getMessage());
                }
                return;
            }
        }
    }

    private void greet(SocketChannel socket) {
        boolean open = false;
        try {
            Doorbell doorbell = new Doorbell(socket);
            try {
                open = open(doorbell);
            } finally {
                if (!open) {
                    doorbell.release();
                }
            }
        } catch (IOException | RuntimeException e) {
            LOG.warn("refused a line through shared memory: {}", e.getMessage());
        } finally {
            if (!open) {
                room.release();
            }
        }
    }

    private boolean open(Doorbell doorbell) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(Greeting.BYTES);
        doorbell.receive(bytes, Deadline.after(config.connectTimeout()));
        Greeting greeting = Greeting.decode(bytes.flip());
        check(greeting);
        Path file = folder.path().resolve(greeting.file());
        RingFile rings = RingFile.open(file, greeting.capacity());
        Files.deleteIfExists(file); // both have it now; so nothing is left whoever dies
        RingLine line = new RingLine(
                greeting.caller(),
                rings,
                rings.toWorker(),
                rings.toCaller(),
                doorbell,
                config.maxMessage().value(),
                config.keepalive());
        lines.add(line);
        line.start(new Counted(line, welcome.open(greeting.caller(), line)));
        doorbell.send(ByteBuffer.wrap(new byte[] {Greeting.WELCOME}));
        if (closed) {
            line.close();
        }
        return true;
    }

    private void check(Greeting greeting) {
        if (!MessageDigest.isEqual(ascii(greeting.token()), ascii(offer.token()))) {
            throw new ServingException(ErrorCode.PERMISSION_DENIED, "a caller without the token");
        }
        long capacity = greeting.capacity();
        if (Long.bitCount(capacity) != 1
                || capacity < TransportConfig.RING_BYTES_MIN
                || capacity > TransportConfig.RING_BYTES_MAX
                || !FILE_NAME.matcher(greeting.file()).matches()) {
            throw new ServingException(
                    ErrorCode.PROTOCOL_VIOLATION,
                    greeting.caller() + ": a ring of " + capacity + " bytes in a file '" + greeting.file() + "'");
        }
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    /// Ends all lines and removes what is left of the files.
    @Override
    public void close() {
        closed = true;
        try {
            listening.close();
        } catch (IOException e) {
            LOG.warn("closing the unix socket failed: {}", e.getMessage());
        }
        lines.forEach(RingLine::close);
        folder.close();
    }

    /// What a worker does with a line.
    public interface Welcome {
        RingLine.Receiver open(String caller, RingLine line);
    }

    /// Gives the line's place free at its end.
    private final class Counted implements RingLine.Receiver {
        private final RingLine line;
        private final RingLine.Receiver inner;

        Counted(RingLine line, RingLine.Receiver inner) {
            this.line = line;
            this.inner = inner;
        }

        @Override
        public void frame(InputStream frame) {
            inner.frame(frame);
        }

        @Override
        public void ended(ServingException reason) {
            lines.remove(line);
            room.release();
            if (!closed) {
                LOG.info("a line through shared memory has ended: {} {}", reason.code(), reason.getMessage());
            }
            inner.ended(reason);
        }
    }
}
