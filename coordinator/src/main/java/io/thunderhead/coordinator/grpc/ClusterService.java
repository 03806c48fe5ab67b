package io.thunderhead.coordinator.grpc;

import io.grpc.stub.StreamObserver;
import io.thunderhead.cluster.membership.ClusterMembership.Snapshot;
import io.thunderhead.cluster.membership.NodeInfo;
import io.thunderhead.cluster.placement.Plan.ExpertHolder;
import io.thunderhead.coordinator.grpc.ClusterView.Readiness;
import io.thunderhead.proto.v1.ClusterGrpc;
import io.thunderhead.proto.v1.LayerExperts;
import io.thunderhead.proto.v1.Node;
import io.thunderhead.proto.v1.Plan;
import io.thunderhead.proto.v1.Stage;
import io.thunderhead.proto.v1.StatusRequest;
import io.thunderhead.proto.v1.StatusResponse;
import java.util.TreeMap;

/// `thunderhead.v1.Cluster`.
final class ClusterService extends ClusterGrpc.ClusterImplBase {
    private final ClusterView cluster;

    ClusterService(ClusterView cluster) {
        this.cluster = cluster;
    }

    @Override
    public void status(StatusRequest request, StreamObserver<StatusResponse> observer) {
        Answer.send(observer, () -> {
            Readiness readiness = cluster.readiness();
            Snapshot snapshot = cluster.snapshot();
            StatusResponse.Builder answer =
                    StatusResponse.newBuilder().setReady(readiness.ready()).setReadiness(readiness.words());
            snapshot.nodes().forEach(node -> answer.addNodes(describe(node, snapshot)));
            snapshot.plan().ifPresent(plan -> answer.setPlan(describe(plan)));
            return answer.build();
        });
    }

    private static Node describe(NodeInfo info, Snapshot snapshot) {
        Node.Builder node = Node.newBuilder()
                .setId(info.id().value())
                .setRole(info.role().toString())
                .setAddress(info.address().toString())
                .setDevice(info.device())
                .setMemoryBytes(info.memoryBytes());
        snapshot.status(info.id())
                .ifPresent(status -> node.setReady(status.ready())
                        .setDraining(status.draining() || snapshot.drained().contains(info.id()))
                        .setLoadedBytes(status.loadedBytes())
                        .setTotalBytes(status.totalBytes())
                        .setDetail(status.detail()));
        return node.build();
    }

    private static Plan describe(io.thunderhead.cluster.placement.Plan plan) {
        Plan.Builder wire = Plan.newBuilder().setEpoch(plan.epoch()).setReason(plan.reason());
        plan.stages()
                .forEach(stage -> wire.addStages(Stage.newBuilder()
                        .setNode(stage.worker().value())
                        .setFirstLayer(stage.layers().first())
                        .setEndLayer(stage.layers().end())
                        .setSequenceSlots(stage.sequenceSlots())
                        .setKvPages(stage.kvPages())
                        .setWeightBytes(stage.weightBytes())));
        plan.experts().forEach(holder -> wire.addExpertHolders(describe(holder)));
        return wire.build();
    }

    private static io.thunderhead.proto.v1.ExpertHolder describe(ExpertHolder holder) {
        var wire = io.thunderhead.proto.v1.ExpertHolder.newBuilder()
                .setNode(holder.worker().value())
                .setWeightBytes(holder.weightBytes());
        new TreeMap<>(holder.expertsByLayer())
                .forEach((layer, experts) ->
                        wire.addLayers(LayerExperts.newBuilder().setLayer(layer).addAllExperts(experts)));
        return wire.build();
    }
}
