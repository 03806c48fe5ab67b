package io.thunderhead.cli.settings;

import io.thunderhead.core.config.Bytes;
import io.thunderhead.core.config.Setting;
import java.util.Optional;

/// One node among others. Membership has its own addresses, see the section `cluster`.
public record NodeSettings(
        @Setting(value = "", doc = "Name of the node, the same over restarts; default: made from role and address")
        Optional<String> id,

        @Setting(value = "127.0.0.1", doc = "Address on which steps and rows arrive and which other nodes are told")
        String host,

        @Setting(value = "0", min = 0, max = 65535, doc = "Port for steps and rows; 0 = any free one")
        int port,

        @Setting(value = "", doc = "Memory for weights, states and pages; default: most of what the machine has free")
        Optional<Bytes> memory,

        @Setting(
                value = "",
                min = 0,
                max = 65535,
                doc = "Port of a worker's /health/live and /health/ready, plain HTTP on node.host; 0 = any free one,"
                        + " nothing = none. A coordinator answers them on http.port")
        Optional<Integer> healthPort) {}
