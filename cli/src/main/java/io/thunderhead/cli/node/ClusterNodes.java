package io.thunderhead.cli.node;

import io.thunderhead.attention.AttentionWorker;
import io.thunderhead.attention.AttentionWorkerConfig;
import io.thunderhead.cli.local.ChildStatus;
import io.thunderhead.cli.settings.ModelSettings;
import io.thunderhead.cli.settings.NodeSettings;
import io.thunderhead.cluster.kubernetes.LeaderLabel;
import io.thunderhead.cluster.membership.ClusterConfig;
import io.thunderhead.cluster.membership.ClusterEntry;
import io.thunderhead.cluster.membership.ClusterMembership;
import io.thunderhead.cluster.membership.NodeInfo;
import io.thunderhead.cluster.membership.NodeRole;
import io.thunderhead.cluster.membership.NodeStatus;
import io.thunderhead.cluster.placement.KvType;
import io.thunderhead.cluster.placement.MemoryModel;
import io.thunderhead.cluster.placement.PlacementOptions;
import io.thunderhead.cluster.placement.WeightStorage;
import io.thunderhead.cluster.planning.PlanKeeper;
import io.thunderhead.cluster.planning.PlanPolicy;
import io.thunderhead.cluster.planning.Readiness;
import io.thunderhead.coordinator.Coordinator;
import io.thunderhead.coordinator.api.ServedModel;
import io.thunderhead.coordinator.api.ServedModelReader;
import io.thunderhead.coordinator.grpc.GrpcConfig;
import io.thunderhead.coordinator.http.HttpConfig;
import io.thunderhead.coordinator.schedule.SchedulerConfig;
import io.thunderhead.coordinator.trace.TracingConfig;
import io.thunderhead.core.config.Config;
import io.thunderhead.core.id.HostPort;
import io.thunderhead.core.id.NodeId;
import io.thunderhead.expert.ExpertWorker;
import io.thunderhead.expert.ExpertWorkerConfig;
import io.thunderhead.model.checkpoint.DType;
import io.thunderhead.model.checkpoint.TensorNames;
import io.thunderhead.model.config.ModelConfig;
import io.thunderhead.model.device.ModelSource;
import io.thunderhead.transport.NodeConnector;
import io.thunderhead.transport.TransportConfig;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Map;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.Function;

/// Builds the real nodes of a cluster from a configuration: over sockets, or all inside this process.
public final class ClusterNodes implements Nodes {
    private static final String METRICS = "metrics";

    @Override
    public RunningNode start(NodeRole role, Config config, Consumer<ChildStatus> status) {
        OwnedResources owned = new OwnedResources();
        try {
            OpenModel model = owned.add(OpenModel.open(config));
            NodeId id = new NodeId(config.get(NodeSettings.class).id().orElseGet(() -> role + "-" + hostName()));
            Compute compute = role == NodeRole.COORDINATOR
                    ? Compute.onCpu(config, 1)
                    : Compute.of(
                            config,
                            config.get(NodeSettings.class).device().getFirst(),
                            config.get(NodeSettings.class).deviceShare(),
                            1);
            Consumer<ChildStatus> reported = role == NodeRole.COORDINATOR
                    ? status
                    : WorkerHealth.of(id, config.get(NodeSettings.class))
                            .map(owned::add)
                            .map(health -> status.andThen(health::report))
                            .orElse(status);
            start(role, id, 0, compute, config, model, new SocketWire(config), reported, owned);
            return owned;
        } catch (RuntimeException e) {
            owned.close();
            throw e;
        }
    }

    @Override
    public RunningNode startAll(Config config, Consumer<ChildStatus> status) {
        ClusterConfig cluster = config.get(ClusterConfig.class);
        int workers = cluster.attentionWorkers() + cluster.expertWorkers();
        DeviceDeal devices = new DeviceDeal(config.get(NodeSettings.class).device(), workers);
        OwnedResources owned = new OwnedResources();
        try {
            OpenModel model = owned.add(OpenModel.open(config));
            Wire wire = new ReferenceWire(config.get(TransportConfig.class));
            for (int i = 0; i < cluster.expertWorkers(); i++) {
                NodeId id = new NodeId("expert-" + i);
                int worker = cluster.attentionWorkers() + i;
                Compute compute = Compute.of(config, devices.of(worker), devices.sharePercent(), workers);
                start(NodeRole.EXPERT_WORKER, id, 1 + worker, compute, config, model, wire, ignored -> {}, owned);
            }
            for (int i = 0; i < cluster.attentionWorkers(); i++) {
                NodeId id = new NodeId("attention-" + i);
                Compute compute = Compute.of(config, devices.of(i), devices.sharePercent(), workers);
                start(NodeRole.ATTENTION_WORKER, id, 1 + i, compute, config, model, wire, ignored -> {}, owned);
            }
            NodeId id = new NodeId(LocalCluster.COORDINATOR);
            start(NodeRole.COORDINATOR, id, 0, Compute.onCpu(config, workers), config, model, wire, status, owned);
            return owned;
        } catch (RuntimeException e) {
            owned.close();
            throw e;
        }
    }

    private static void start(
            NodeRole role,
            NodeId id,
            int place,
            Compute compute,
            Config config,
            OpenModel model,
            Wire wire,
            Consumer<ChildStatus> status,
            OwnedResources owned) {
        NodeMetering metering = owned.add(NodeMetering.start(id, role, place, config));
        ClusterMembership membership = owned.add(wire.membership());
        Function<HostPort, NodeInfo> introduction = address -> new NodeInfo(
                id,
                UUID.randomUUID().toString(),
                role,
                address,
                compute.memoryFor(model.checkpoint().config()).value(),
                compute.name(),
                hostName(),
                model.checkpoint().fingerprint());
        ModelSource source =
                new ModelSource(model.checkpoint().config(), model.checkpoint(), model.kernels(), compute.device());
        switch (role) {
            case COORDINATOR ->
                startCoordinator(id, config, model, wire, membership, introduction, metering, status, owned);
            case ATTENTION_WORKER -> {
                NodeConnector connector = owned.add(wire.connector(id));
                owned.add(new AttentionWorker(
                                id,
                                config.get(AttentionWorkerConfig.class),
                                source,
                                entry(membership, introduction, metering, status),
                                connector,
                                metering.metrics(),
                                services -> wire.server(id, services)))
                        .start();
            }
            case EXPERT_WORKER ->
                owned.add(new ExpertWorker(
                                id,
                                config.get(ExpertWorkerConfig.class),
                                source,
                                entry(membership, introduction, metering, status),
                                metering.metrics(),
                                services -> wire.server(id, services)))
                        .start();
        }
    }

    /// What the worker tells the cluster is told to the metrics, and to whoever started this process.
    private static ClusterEntry entry(
            ClusterMembership membership,
            Function<HostPort, NodeInfo> introduction,
            NodeMetering metering,
            Consumer<ChildStatus> status) {
        Consumer<NodeStatus> shown = metering.followWorker();
        Map<String, String> listening = Map.of(METRICS, metering.address());
        return new ClusterEntry(
                new ReportingMembership(membership, shown.andThen(told -> status.accept(statusOf(told, listening)))),
                introduction);
    }

    private static ChildStatus statusOf(NodeStatus told, Map<String, String> listening) {
        return new ChildStatus(
                told.loadedBytes(),
                told.totalBytes(),
                told.ready(),
                listening,
                told.detail().replace('\n', ' '));
    }

    private static void startCoordinator(
            NodeId id,
            Config config,
            OpenModel model,
            Wire wire,
            ClusterMembership membership,
            Function<HostPort, NodeInfo> introduction,
            NodeMetering metering,
            Consumer<ChildStatus> status,
            OwnedResources owned) {
        ModelConfig modelConfig = model.checkpoint().config();
        NodeConnector connector = owned.add(wire.connector(id));
        PlanKeeper keeper = new PlanKeeper(
                id,
                model.checkpoint().fingerprint(),
                new MemoryModel(modelConfig, storage(model), KvType.FLOAT32),
                config.get(PlacementOptions.class),
                PlanPolicy.of(config.get(ClusterConfig.class)));
        ServedModel served =
                ServedModelReader.read(config.get(ModelSettings.class).servedName(), model.folder(), modelConfig);
        Coordinator coordinator = owned.add(new Coordinator(
                introduction.apply(new HostPort(config.get(NodeSettings.class).host(), 0)),
                new Coordinator.Limits(
                        config.get(SchedulerConfig.class),
                        config.get(HttpConfig.class),
                        config.get(GrpcConfig.class),
                        config.get(TracingConfig.class)),
                modelConfig,
                served::withContextMax,
                membership,
                connector,
                keeper,
                metering.metrics()));
        metering.addVllmNames(config);
        Coordinator.Addresses addresses = coordinator.start();
        LeaderLabel.of(id, config.get(ClusterConfig.class)).map(owned::add).ifPresent(label -> label.start(membership));
        Map<String, String> listening = listening(addresses, config.get(HttpConfig.class), metering);
        membership.listen(snapshot -> status.accept(statusOf(Readiness.of(snapshot, modelConfig), listening)));
    }

    /// As a client on this machine connects.
    private static Map<String, String> listening(
            Coordinator.Addresses addresses, HttpConfig http, NodeMetering metering) {
        String scheme = http.tlsKey().isPresent() ? "https://" : "http://";
        return Map.of(
                "http",
                scheme + addresses.http().dialable(),
                "grpc",
                addresses.grpc().dialable().toString(),
                METRICS,
                metering.address());
    }

    private static ChildStatus statusOf(Readiness readiness, Map<String, String> listening) {
        return switch (readiness) {
            case Readiness.Ready() -> new ChildStatus(0, 0, true, listening, "ready");
            case Readiness.NotReady(var missing) -> new ChildStatus(0, 0, false, listening, String.join("; ", missing));
        };
    }

    /// What packed weights take: one byte if they are quantized, two where the checkpoint has bf16, else four.
    private static WeightStorage storage(OpenModel model) {
        ModelConfig config = model.checkpoint().config();
        DType stored = model.checkpoint()
                .tensor(TensorNames.EMBEDDING, config.vocabSize(), config.hiddenSize())
                .dtype();
        return WeightStorage.of(stored == DType.BF16, model.checkpoint().loadsAsInt8());
    }

    private static String hostName() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            return "localhost";
        }
    }
}
