package io.thunderhead.cli.settings;

import io.thunderhead.core.config.Bytes;
import io.thunderhead.core.config.Setting;
import io.thunderhead.core.id.HostPort;
import java.util.List;
import java.util.Optional;

/// One node among others.
public record NodeSettings(
        @Setting(value = "", doc = "Name of the node, the same over restarts; default: made from role and address")
        Optional<String> id,

        @Setting(value = "127.0.0.1", doc = "Address for other nodes to connect to; also bound")
        String host,

        @Setting(
                value = "0",
                min = 0,
                max = 65535,
                doc = "Port for steps and rows from other nodes; 0 picks a free one")
        int port,

        @Setting(value = "0", min = 0, max = 65535, doc = "Port of the cluster's membership; 0 picks a free one")
        int membershipPort,

        @Setting(value = "", doc = "Membership addresses of nodes to join, coordinators first; empty: start a cluster")
        List<HostPort> join,

        @Setting(value = "", doc = "Memory for weights, states and pages; default: most of what the machine has free")
        Optional<Bytes> memory) {}
