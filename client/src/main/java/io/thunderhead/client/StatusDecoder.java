package io.thunderhead.client;

import io.thunderhead.core.id.HostPort;
import io.thunderhead.core.id.NodeId;
import io.thunderhead.proto.v1.ExpertHolder;
import io.thunderhead.proto.v1.LayerExperts;
import io.thunderhead.proto.v1.Node;
import io.thunderhead.proto.v1.Plan;
import io.thunderhead.proto.v1.Stage;
import io.thunderhead.proto.v1.StatusResponse;
import java.util.Optional;
import java.util.stream.Collectors;

/// The cluster's status as it comes over the wire.
final class StatusDecoder {
    private StatusDecoder() {}

    static ClusterStatus decode(StatusResponse status) {
        return new ClusterStatus(
                status.getReady(),
                status.getReadiness(),
                status.getNodesList().stream().map(StatusDecoder::decode).toList(),
                status.hasPlan() ? Optional.of(decode(status.getPlan())) : Optional.empty());
    }

    private static ClusterStatus.Node decode(Node node) {
        return new ClusterStatus.Node(
                new NodeId(node.getId()),
                node.getRole(),
                HostPort.parse(node.getAddress()),
                node.getDevice(),
                node.getMemoryBytes(),
                node.getReady(),
                node.getDraining(),
                node.getLoadedBytes(),
                node.getTotalBytes(),
                node.getDetail());
    }

    private static ClusterStatus.Plan decode(Plan plan) {
        return new ClusterStatus.Plan(
                plan.getEpoch(),
                plan.getReason(),
                plan.getStagesList().stream().map(StatusDecoder::decode).toList(),
                plan.getExpertHoldersList().stream().map(StatusDecoder::decode).toList());
    }

    private static ClusterStatus.Stage decode(Stage stage) {
        return new ClusterStatus.Stage(
                new NodeId(stage.getNode()),
                stage.getFirstLayer(),
                stage.getEndLayer(),
                stage.getSequenceSlots(),
                stage.getKvPages(),
                stage.getWeightBytes());
    }

    private static ClusterStatus.ExpertHolder decode(ExpertHolder holder) {
        return new ClusterStatus.ExpertHolder(
                new NodeId(holder.getNode()),
                holder.getLayersList().stream()
                        .collect(Collectors.toMap(LayerExperts::getLayer, LayerExperts::getExpertsList)),
                holder.getWeightBytes());
    }
}
