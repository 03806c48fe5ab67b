package io.thunderhead.cli.settings;

import io.thunderhead.core.config.Bytes;
import io.thunderhead.core.config.Setting;
import java.util.List;
import java.util.Optional;

/// One node among others. Membership has its own addresses, see the section `cluster`.
public record NodeSettings(
        @Setting(value = "", doc = "Name of the node, the same over restarts; default: made from role and address")
        Optional<String> id,

        @Setting(value = "127.0.0.1", doc = "Address on which steps and rows arrive and which other nodes are told")
        String host,

        @Setting(value = "0", min = 0, max = 65535, doc = "Port for steps and rows; 0 = any free one")
        int port,

        @Setting(
                value = "",
                doc =
                        "Memory for weights, states and pages, of the device or the machine that computes; default: most of"
                                + " what it has free")
        Optional<Bytes> memory,

        @Setting(
                value = "auto",
                doc = "What a worker computes on: cpu, gpu:N (gpu is gpu:0), or auto: the first GPU if this build has"
                        + " kernels for it and they compute what the CPU does, else the CPU. Several are dealt in turn to"
                        + " the workers of serve")
        List<String> device,

        @Setting(
                value = "90",
                min = 1,
                max = 100,
                doc = "Percent of a GPU's memory that a worker takes if node.memory says nothing; serve divides 90"
                        + " among its workers")
        int deviceShare,

        @Setting(
                value = "",
                min = 0,
                max = 65535,
                doc = "Port of a worker's /health/live and /health/ready, plain HTTP on node.host; 0 = any free one,"
                        + " nothing = none. A coordinator answers them on http.port")
        Optional<Integer> healthPort) {}
