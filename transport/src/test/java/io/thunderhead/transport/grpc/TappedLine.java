package io.thunderhead.transport.grpc;

import io.thunderhead.core.id.HostPort;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/// Stands between a caller and a worker and keeps every byte that passes.
final class TappedLine implements AutoCloseable {
    private final HostPort worker;
    private final ServerSocket listening = new ServerSocket(0, 8, InetAddress.getLoopbackAddress());
    private final Queue<Socket> sockets = new ConcurrentLinkedQueue<>();
    private final ByteArrayOutputStream passed = new ByteArrayOutputStream();

    TappedLine(HostPort worker) throws IOException {
        this.worker = worker;
        Thread.ofVirtual().start(this::accept);
    }

    HostPort address() {
        return new HostPort("127.0.0.1", listening.getLocalPort());
    }

    /// What passed, each byte as one character.
    String passed() {
        return passed.toString(StandardCharsets.ISO_8859_1);
    }

    private void accept() {
        try {
            while (true) {
                Socket caller = listening.accept();
                Socket there = new Socket(worker.host(), worker.port());
                sockets.add(caller);
                sockets.add(there);
                Thread.ofVirtual().start(() -> pass(caller, there));
                Thread.ofVirtual().start(() -> pass(there, caller));
            }
        } catch (IOException e) {
            closeAll(); // closed by the test, or the worker is gone
        }
    }

    private void pass(Socket from, Socket to) {
        byte[] bytes = new byte[1 << 16];
        try {
            InputStream in = from.getInputStream();
            for (int count = in.read(bytes); count >= 0; count = in.read(bytes)) {
                passed.write(bytes, 0, count);
                to.getOutputStream().write(bytes, 0, count);
            }
            to.shutdownOutput();
        } catch (IOException e) {
            closeAll();
        }
    }

    private void closeAll() {
        for (Socket socket : sockets) {
            try {
                socket.close();
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        }
    }

    @Override
    public void close() throws IOException {
        listening.close();
        closeAll();
    }
}
