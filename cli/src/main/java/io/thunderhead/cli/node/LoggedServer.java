package io.thunderhead.cli.node;

import io.thunderhead.cli.local.Console;
import io.thunderhead.core.error.ErrorCode;
import io.thunderhead.core.error.ServingException;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Function;

/// A server and the file that its processes' output goes to.
record LoggedServer(OwnServer server, PrintStream log) implements OwnServer {
    static Path newLog() {
        try {
            return Files.createTempFile("thunderhead-", ".log");
        } catch (IOException e) {
            throw new ServingException(ErrorCode.INTERNAL, "cannot make a log file: " + e.getMessage(), e);
        }
    }

    static OwnServer of(Path file, Function<Console, OwnServer> server) {
        try {
            PrintStream log = new PrintStream(Files.newOutputStream(file), true, StandardCharsets.UTF_8);
            return new LoggedServer(server.apply(new Console(log, false)), log);
        } catch (IOException e) {
            throw new ServingException(ErrorCode.INTERNAL, "cannot write " + file + ": " + e.getMessage(), e);
        }
    }

    @Override
    public URI startHttp() {
        return server.startHttp();
    }

    @Override
    public int awaitEnd() throws InterruptedException {
        return server.awaitEnd();
    }

    @Override
    public void close() {
        server.close();
        log.close();
    }
}
