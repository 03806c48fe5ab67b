package io.thunderhead.cli.node;

import io.thunderhead.cli.local.ChildStatus;
import io.thunderhead.cli.local.Console;
import io.thunderhead.cli.settings.ServeSettings;
import io.thunderhead.core.config.Config;
import io.thunderhead.core.error.ErrorCode;
import io.thunderhead.core.error.ServingException;
import java.net.URI;
import java.util.Map;

/// A whole cluster on this machine that a command runs for itself.
public interface OwnServer extends AutoCloseable {
    /// In processes of its own, or inside this one if `serve.in-process` says so. Not started.
    ///
    /// @param environment of the processes: has every setting that was given
    static OwnServer of(
            Nodes nodes, String mainClass, Config config, Map<String, String> environment, Console console) {
        if (!config.get(ServeSettings.class).inProcess()) {
            return new LocalServer(mainClass, config, environment, console);
        }
        if (System.getProperty(Console.LOG_LEVEL) == null) {
            System.setProperty(Console.LOG_LEVEL, "WARN"); // the nodes' log would run through what the command prints
        }
        return new InProcessServer(nodes, config);
    }

    /// Starts all nodes, waits until they are ready, and returns where HTTP is answered. Throws WORKER_LOST,
    /// DEADLINE_EXCEEDED.
    URI startHttp();

    /// Waits, without limit, until the server has ended by itself; returns an exit code.
    int awaitEnd() throws InterruptedException;

    @Override
    void close();

    /// The address in what a coordinator says when it is ready.
    static URI httpOf(ChildStatus coordinator) {
        String address = coordinator.addresses().get("http");
        if (address == null) {
            throw new ServingException(ErrorCode.INTERNAL, "the coordinator told no http address");
        }
        return URI.create(address);
    }
}
