package io.thunderhead.coordinator;

import io.thunderhead.cluster.membership.ClusterMembership;
import io.thunderhead.cluster.membership.ClusterMembership.Snapshot;
import io.thunderhead.cluster.membership.ExpertLoad;
import io.thunderhead.cluster.membership.NodeInfo;
import io.thunderhead.cluster.planning.PlanKeeper;
import io.thunderhead.cluster.planning.PlanPublisher;
import io.thunderhead.cluster.planning.Readiness;
import io.thunderhead.coordinator.admin.AdminView;
import io.thunderhead.coordinator.admin.PlanHistory;
import io.thunderhead.coordinator.api.ApiKeys;
import io.thunderhead.coordinator.api.Completions;
import io.thunderhead.coordinator.api.ServedModel;
import io.thunderhead.coordinator.api.ServedModels;
import io.thunderhead.coordinator.grpc.ClusterView;
import io.thunderhead.coordinator.grpc.GrpcApiServer;
import io.thunderhead.coordinator.grpc.GrpcConfig;
import io.thunderhead.coordinator.http.HealthView.Missing;
import io.thunderhead.coordinator.http.HttpApi;
import io.thunderhead.coordinator.http.HttpConfig;
import io.thunderhead.coordinator.schedule.EngineStats;
import io.thunderhead.coordinator.schedule.RequestState;
import io.thunderhead.coordinator.schedule.SchedulerConfig;
import io.thunderhead.coordinator.schedule.SchedulingEngine;
import io.thunderhead.coordinator.trace.Telemetry;
import io.thunderhead.coordinator.trace.Tracing;
import io.thunderhead.coordinator.trace.TracingConfig;
import io.thunderhead.core.id.HostPort;
import io.thunderhead.core.id.NodeId;
import io.thunderhead.metrics.NodeMetrics;
import io.thunderhead.model.config.ModelConfig;
import io.thunderhead.transport.NodeConnector;
import java.time.InstantSource;
import java.util.Collection;
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.Collectors;

/// The node that clients know: joins the cluster, keeps the plan while it leads, schedules, and answers HTTP and gRPC.
/// Everything handed in stays the caller's.
public final class Coordinator implements AutoCloseable {
    private final NodeInfo self;
    private final ModelConfig config;
    private final ClusterMembership membership;
    private final PlanPublisher planning;
    private final SchedulingEngine engine;
    private final PlanHistory plans = new PlanHistory(InstantSource.system());
    private final Limits limits;
    private final Tracing tracing;
    private final HttpApi http;
    private final GrpcApiServer grpc;

    public record Limits(SchedulerConfig scheduler, HttpConfig http, GrpcConfig grpc, TracingConfig tracing) {}

    /// Where clients connect.
    public record Addresses(HostPort http, HostPort grpc) {}

    /// @param served what clients see of the model, given how many tokens of context the engine allows
    public Coordinator(
            NodeInfo self,
            Limits limits,
            ModelConfig config,
            IntFunction<ServedModel> served,
            ClusterMembership membership,
            NodeConnector connector,
            PlanKeeper keeper,
            NodeMetrics metrics) {
        this.self = self;
        this.limits = limits;
        this.config = config;
        this.membership = membership;
        this.planning = new PlanPublisher(membership, keeper);
        this.engine = new SchedulingEngine(self.id(), limits.scheduler(), config, connector, membership, metrics);
        ServedModel model = served.apply(engine.contextMax());
        ServedModels models = new ServedModels(List.of(model));
        this.tracing = Tracing.of(limits.tracing(), self.id().value(), model.id());
        Telemetry telemetry = new Telemetry(metrics, tracing);
        Completions completions = new Completions(tracing.traced(engine));
        ApiKeys keys = ApiKeys.load(limits.http().apiKeys(), limits.http().apiKeysFile());
        this.http = new HttpApi(
                limits.http(), models, completions, this::missing, engine::stats, new Operator(), keys, telemetry);
        this.grpc = new GrpcApiServer(limits.grpc(), models, completions, new View(), keys::ownerOfKey, telemetry);
        ClusterMetrics.read(metrics, self.id(), membership::snapshot, this::readiness);
    }

    /// Joins the cluster and listens; workers and plan may come later.
    public Addresses start() {
        membership.start(self);
        membership.listen(plans::see);
        planning.start();
        engine.start();
        http.start();
        HostPort grpcAddress = grpc.start();
        return new Addresses(new HostPort(limits.http().host(), http.port()), grpcAddress);
    }

    public EngineStats stats() {
        return engine.stats();
    }

    /// Whether requests can be served now, and what is missing if not.
    public Readiness readiness() {
        return Readiness.of(membership.snapshot(), config);
    }

    private List<Missing> missing() {
        return switch (readiness()) {
            case Readiness.Ready() -> List.of();
            case Readiness.NotReady(List<String> gaps) ->
                gaps.stream().map(Coordinator::missing).toList();
        };
    }

    /// Gaps read `layers 0..39: attention-0 loads 37 %`.
    private static Missing missing(String gap) {
        int colon = gap.indexOf(": ");
        return colon < 0 ? new Missing("plan", gap) : new Missing(gap.substring(0, colon), gap.substring(colon + 2));
    }

    /// Takes no new requests, lets those that run finish within the configured grace, then stops.
    @Override
    public void close() {
        grpc.refuseNew(); // before HTTP's requests are waited for
        http.close();
        grpc.close();
        engine.close();
        tracing.close();
        planning.close();
    }

    private final class View implements ClusterView {
        @Override
        public ClusterView.Readiness readiness() {
            List<Missing> missing = missing();
            String words = missing.isEmpty()
                    ? "ready"
                    : missing.stream().map(gap -> gap.what() + ": " + gap.why()).collect(Collectors.joining("; "));
            return new ClusterView.Readiness(missing.isEmpty(), words);
        }

        @Override
        public Snapshot snapshot() {
            return membership.snapshot();
        }
    }

    private final class Operator implements AdminView {
        @Override
        public Snapshot snapshot() {
            return membership.snapshot();
        }

        @Override
        public List<Gap> missing() {
            return Coordinator.this.missing().stream()
                    .map(gap -> new Gap(gap.what(), gap.why()))
                    .toList();
        }

        @Override
        public List<PlanChange> changes() {
            return plans.changes();
        }

        @Override
        public Dimensions dimensions() {
            return new Dimensions(config.layerCount(), config.expertCount());
        }

        @Override
        public List<RequestState> requests() {
            return engine.requests();
        }

        @Override
        public boolean cancel(String requestId) {
            return engine.cancel(requestId);
        }

        @Override
        public void drain(NodeId worker, boolean drained) {
            membership.drain(worker, drained);
        }

        @Override
        public Collection<ExpertLoad> loads() {
            return membership.loads().values();
        }
    }
}
