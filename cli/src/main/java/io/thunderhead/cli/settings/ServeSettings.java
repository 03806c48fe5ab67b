package io.thunderhead.cli.settings;

import io.thunderhead.core.config.Bytes;
import io.thunderhead.core.config.Setting;
import java.time.Duration;

/// A whole cluster on this machine; `cluster.attention-workers` and `cluster.expert-workers` say how many processes.
public record ServeSettings(
        @Setting(value = "false", doc = "All nodes in one process, wired by reference")
        boolean inProcess,

        @Setting(value = "10m", min = 1000, doc = "What start may take until everything is loaded and connected")
        Duration startTimeout,

        @Setting(value = "40s", min = 0, max = 3_600_000, doc = "What the coordinator gets to stop before it is killed")
        Duration drainGrace,

        @Setting(
                value = "10s",
                min = 0,
                max = 600_000,
                doc = "What each other process gets to stop before it is killed")
        Duration stopGrace,

        @Setting(value = "1GiB", min = 64 << 20, doc = "Java heap of the coordinator process")
        Bytes coordinatorHeap,

        @Setting(
                value = "512MiB",
                min = 64 << 20,
                doc = "Java heap of a worker process; weights and states lie outside it")
        Bytes workerHeap) {}
