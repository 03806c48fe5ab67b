package io.thunderhead.cli.node;

import io.thunderhead.cli.local.ChildProgram;
import io.thunderhead.cli.settings.NodeSettings;
import io.thunderhead.cli.settings.ServeSettings;
import io.thunderhead.cluster.membership.ClusterConfig;
import io.thunderhead.cluster.membership.NodeRole;
import io.thunderhead.core.config.Config;
import io.thunderhead.metrics.MetricsConfig;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// Which processes `serve` runs: a coordinator on a free membership port, and workers that join it there.
///
/// @param environment of all of them: every setting that was given to `serve`
record LocalCluster(String mainClass, Config config, Map<String, String> environment) {
    static final String COORDINATOR = "coordinator";

    List<ChildProgram> programs() {
        ClusterConfig cluster = config.get(ClusterConfig.class);
        int membershipPort = freePort();
        DeviceDeal devices = new DeviceDeal(
                config.get(NodeSettings.class).device(), cluster.attentionWorkers() + cluster.expertWorkers());
        List<ChildProgram> programs = new ArrayList<>();
        programs.add(program(NodeRole.COORDINATOR, COORDINATOR, membershipPort, membershipPort, 0, List.of()));
        for (int i = 0; i < cluster.attentionWorkers(); i++) {
            programs.add(program(
                    NodeRole.ATTENTION_WORKER,
                    "attention-" + i,
                    membershipPort,
                    0,
                    programs.size(),
                    devices(devices, programs.size() - 1)));
        }
        for (int i = 0; i < cluster.expertWorkers(); i++) {
            programs.add(program(
                    NodeRole.EXPERT_WORKER,
                    "expert-" + i,
                    membershipPort,
                    0,
                    programs.size(),
                    devices(devices, programs.size() - 1)));
        }
        return programs;
    }

    private static List<String> devices(DeviceDeal devices, int worker) {
        return List.of("--device=" + devices.of(worker), "--set=node.device-share=" + devices.sharePercent());
    }

    private ChildProgram program(
            NodeRole role, String id, int coordinatorPort, int ownPort, int place, List<String> ofRole) {
        ServeSettings serve = config.get(ServeSettings.class);
        List<String> arguments = new ArrayList<>(List.of(
                role.toString(),
                "--id=" + id,
                "--join=127.0.0.1:" + coordinatorPort,
                "--set=cluster.bind-port=" + ownPort,
                "--set=metrics.port=" + NodeMetering.portAt(config.get(MetricsConfig.class), place)));
        arguments.addAll(ofRole);
        return new ChildProgram(
                id,
                mainClass,
                arguments,
                environment,
                role == NodeRole.COORDINATOR ? serve.coordinatorHeap() : serve.workerHeap(),
                stopOrder(role));
    }

    /// The coordinator drains while workers still compute; experts go last, because attention workers need them.
    private static int stopOrder(NodeRole role) {
        return switch (role) {
            case COORDINATOR -> 0;
            case ATTENTION_WORKER -> 1;
            case EXPERT_WORKER -> 2;
        };
    }

    static int freePort() {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
