package io.thunderhead.cli.node;

import io.thunderhead.cli.local.ChildStatus;
import io.thunderhead.cli.local.Console;
import io.thunderhead.cli.local.LocalProcesses;
import io.thunderhead.cli.settings.ServeSettings;
import io.thunderhead.core.config.Config;
import io.thunderhead.core.time.Deadline;
import java.net.URI;
import java.util.Map;

/// A whole cluster of child processes on this machine, for the commands that need a server of their own. Also closed
/// when this process is told to stop.
public final class LocalServer implements OwnServer {
    private final LocalCluster cluster;
    private final ServeSettings serve;
    private final LocalProcesses processes;

    /// @param mainClass whose `main` understands the role commands
    /// @param environment of the children: has every setting that was given
    public LocalServer(String mainClass, Config config, Map<String, String> environment, Console console) {
        this.cluster = new LocalCluster(mainClass, config, environment);
        this.serve = config.get(ServeSettings.class);
        this.processes = new LocalProcesses(console, serve.drainGrace(), serve.stopGrace());
    }

    /// Starts all processes and waits until all are ready; returns what the coordinator says. Throws WORKER_LOST,
    /// DEADLINE_EXCEEDED.
    public ChildStatus start() {
        Runtime.getRuntime().addShutdownHook(new Thread(processes::close, "shutdown"));
        Deadline deadline = Deadline.after(serve.startTimeout());
        cluster.programs().forEach(processes::start);
        processes.awaitReady(deadline);
        return processes.await(LocalCluster.COORDINATOR, ChildStatus::ready, deadline);
    }

    @Override
    public URI startHttp() {
        return OwnServer.httpOf(start());
    }

    /// Waits until the coordinator has ended and returns its exit code.
    @Override
    public int awaitEnd() throws InterruptedException {
        return processes.awaitEnd(LocalCluster.COORDINATOR);
    }

    @Override
    public void close() {
        processes.close();
    }
}
