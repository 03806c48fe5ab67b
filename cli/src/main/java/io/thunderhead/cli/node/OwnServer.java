package io.thunderhead.cli.node;

import io.thunderhead.cli.local.ChildStatus;
import io.thunderhead.cli.local.Console;
import io.thunderhead.cli.settings.ModelSettings;
import io.thunderhead.cli.settings.ServeSettings;
import io.thunderhead.core.config.Config;
import io.thunderhead.core.error.ErrorCode;
import io.thunderhead.core.error.ServingException;
import java.net.URI;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.Consumer;

/// A whole cluster on this machine that a command runs for itself, quietly: its log does not run through what the
/// command prints.
public interface OwnServer extends AutoCloseable {
    /// In processes of its own, whose log goes to a file, or inside this one if `serve.in-process` says so. Not
    /// started.
    ///
    /// @param environment of the processes: has every setting that was given
    /// @param say told in one line what is started
    static OwnServer of(
            Nodes nodes, String mainClass, Config config, Map<String, String> environment, Consumer<String> say) {
        String name = config.get(ModelSettings.class).servedName();
        if (!config.get(ServeSettings.class).inProcess()) {
            Path log = LoggedServer.newLog();
            say.accept("starting a cluster of processes for " + name + "; its log: " + log);
            return LoggedServer.of(log, console -> new LocalServer(mainClass, config, environment, console));
        }
        say.accept("starting a cluster for " + name + " in this process");
        if (System.getProperty(Console.LOG_LEVEL) == null) {
            System.setProperty(Console.LOG_LEVEL, "WARN");
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
