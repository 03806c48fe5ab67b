package io.thunderhead.transport.shm;

import io.thunderhead.core.error.ErrorCode;
import io.thunderhead.core.error.ServingException;
import io.thunderhead.core.time.Deadline;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.time.Duration;

/// The unix socket beside the rings: a byte on it wakes the other side, its end says that the other process is gone.
/// A side that leaves because the other broke the rules says so with its last byte. One thread awaits; any thread
/// rings.
final class Doorbell implements AutoCloseable {
    private static final byte BELL = 0;
    private static final byte VIOLATION = 1;

    private final SocketChannel socket;
    private final Selector selector;
    private final ByteBuffer heard = ByteBuffer.allocate(256);
    private volatile boolean gone;
    private volatile boolean accused;

    /// Owns the socket from here on.
    Doorbell(SocketChannel socket) throws IOException {
        this.socket = socket;
        this.selector = Selector.open();
        socket.configureBlocking(false);
        socket.register(selector, SelectionKey.OP_READ);
    }

    /// Wakes the other side. A socket that is full of rings already needs no other.
    void ring() {
        say(BELL);
    }

    /// Waits until the other side rings, or a while. False when it is gone.
    boolean await(Duration atMost) throws IOException {
        if (gone) {
            return false;
        }
        selector.select(ignored -> {}, atMost.toMillis());
        return listen();
    }

    private boolean listen() {
        heard.clear();
        try {
            if (socket.read(heard) < 0) {
                gone = true;
            }
        } catch (IOException e) {
            gone = true; // closed by us, or reset
        }
        hear(heard.flip());
        return !gone;
    }

    private void hear(ByteBuffer said) {
        while (said.hasRemaining()) {
            if (said.get() == VIOLATION) {
                accused = true;
                gone = true;
            }
        }
    }

    /// Whether the other process has left. Looks at what is known, not at the socket.
    boolean gone() {
        return gone;
    }

    /// Whether the other side has left because of what we sent.
    boolean accused() {
        return accused;
    }

    /// For the greeting, before anyone rings. Throws DEADLINE_EXCEEDED, EOFException.
    void receive(ByteBuffer target, Deadline deadline) throws IOException {
        while (target.hasRemaining()) {
            int count = socket.read(target);
            if (count < 0) {
                throw new EOFException("the other process hung up");
            }
            if (count == 0) {
                if (deadline.expired()) {
                    throw new ServingException(ErrorCode.DEADLINE_EXCEEDED, "no greeting before the deadline");
                }
                selector.select(ignored -> {}, Math.max(1, deadline.remainingMillis()));
            }
        }
    }

    /// For the greeting, which is smaller than any socket's buffer.
    void send(ByteBuffer source) throws IOException {
        socket.write(source);
        if (source.hasRemaining()) {
            throw new IOException("the socket took only a part of " + source.limit() + " bytes");
        }
    }

    /// Leaves because of what the other side sent.
    void accuse() {
        say(VIOLATION);
        close();
    }

    private void say(byte word) {
        boolean interrupted = Thread.interrupted(); // an interrupted thread would close the socket by writing to it
        try {
            socket.write(ByteBuffer.wrap(new byte[] {word}));
        } catch (IOException e) {
            gone = true; // nobody listens
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /// Wakes whoever awaits.
    @Override
    public void close() {
        gone = true;
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        selector.wakeup();
    }

    /// Frees the selector; by the thread that awaited, when it has ended.
    void release() {
        close();
        try {
            selector.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
