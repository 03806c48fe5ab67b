package io.thunderhead.transport;

import io.thunderhead.core.id.HostPort;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;

/// Messages of a fixed size there and back over a plain socket: what a wire of this machine can give at best.
final class TcpEcho implements AutoCloseable {
    private final SocketChannel socket;

    private TcpEcho(SocketChannel socket) throws IOException {
        this.socket = socket;
        socket.setOption(StandardSocketOptions.TCP_NODELAY, true);
    }

    /// Listens, and echoes what comes on each connection until it ends. A connection starts with the size of its
    /// messages.
    static HostPort serve() throws IOException {
        ServerSocketChannel listening =
                ServerSocketChannel.open().bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        Thread.ofPlatform().daemon().start(() -> {
            try {
                while (true) {
                    SocketChannel accepted = listening.accept();
                    Thread.ofPlatform().daemon().start(() -> echo(accepted));
                }
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        });
        return new HostPort("127.0.0.1", ((InetSocketAddress) listening.getLocalAddress()).getPort());
    }

    private static void echo(SocketChannel accepted) {
        try (TcpEcho peer = new TcpEcho(accepted)) {
            ByteBuffer size = ByteBuffer.allocate(Integer.BYTES);
            peer.fill(size);
            ByteBuffer message = ByteBuffer.allocateDirect(size.flip().getInt());
            while (true) {
                peer.fill(message.clear());
                peer.drain(message.flip());
            }
        } catch (IOException e) {
            // the caller is done
        }
    }

    static TcpEcho connect(HostPort address, int messageBytes) throws IOException {
        TcpEcho echo = new TcpEcho(SocketChannel.open(new InetSocketAddress(address.host(), address.port())));
        echo.drain(ByteBuffer.allocate(Integer.BYTES).putInt(messageBytes).flip());
        return echo;
    }

    void roundTrip(ByteBuffer message) throws IOException {
        drain(message.clear());
        fill(message.clear());
    }

    private void fill(ByteBuffer target) throws IOException {
        while (target.hasRemaining()) {
            if (socket.read(target) < 0) {
                throw new EOFException();
            }
        }
    }

    private void drain(ByteBuffer source) throws IOException {
        while (source.hasRemaining()) {
            socket.write(source);
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
