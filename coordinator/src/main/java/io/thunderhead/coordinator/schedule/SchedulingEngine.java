package io.thunderhead.coordinator.schedule;

import io.thunderhead.cluster.membership.ClusterMembership;
import io.thunderhead.coordinator.engine.Engine;
import io.thunderhead.coordinator.engine.GenerationRequest;
import io.thunderhead.coordinator.engine.TokenSink;
import io.thunderhead.coordinator.pipeline.PipelineKeeper;
import io.thunderhead.coordinator.pipeline.PipelineListener;
import io.thunderhead.coordinator.schedule.AdmissionDecision.Admitted;
import io.thunderhead.coordinator.schedule.AdmissionDecision.Rejected;
import io.thunderhead.core.error.ErrorCode;
import io.thunderhead.core.error.ServingException;
import io.thunderhead.core.id.NodeId;
import io.thunderhead.metrics.NodeMetrics;
import io.thunderhead.model.config.ModelConfig;
import io.thunderhead.transport.NodeConnector;
import io.thunderhead.transport.stage.StepOutcome;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The [Engine] of a coordinator: batches requests into steps and sends those through the stages of the plan in force.
/// Callers only pass events to the engine thread, which owns all the rest.
public final class SchedulingEngine implements Engine, AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(SchedulingEngine.class);
    private static final Duration HAND_OVER = Duration.ofSeconds(1);
    private static final Duration TICK = Duration.ofMillis(10);
    private static final Duration JOIN_MARGIN = Duration.ofSeconds(5);

    private final SchedulerConfig config;
    private final ModelConfig model;
    private final ClusterMembership membership;
    private final LongSupplier clock;
    private final Mailbox mailbox = new Mailbox();
    private final AtomicLong submissions = new AtomicLong();
    private final AdmissionGate gate;
    private final PipelineKeeper plans;
    private final Scheduler scheduler;
    private final Thread thread = Thread.ofPlatform().name("engine").unstarted(this::run);
    private volatile EngineStats stats;
    private volatile boolean closing;

    /// @param self only the coordinator that leads the cluster runs steps
    public SchedulingEngine(
            NodeId self,
            SchedulerConfig config,
            ModelConfig model,
            NodeConnector connector,
            ClusterMembership membership,
            NodeMetrics metrics) {
        this(self, config, model, connector, membership, metrics, System::nanoTime);
    }

    /// @param clock the one that request deadlines are told in
    SchedulingEngine(
            NodeId self,
            SchedulerConfig config,
            ModelConfig model,
            NodeConnector connector,
            ClusterMembership membership,
            NodeMetrics metrics,
            LongSupplier clock) {
        this.config = config;
        this.model = model;
        this.membership = membership;
        this.clock = clock;
        this.gate = new AdmissionGate(new AdmissionPolicy(config, model.vocabSize(), contextMax(config, model)));
        this.plans = new PipelineKeeper(self, connector, new StageMail());
        this.scheduler = new Scheduler(config, model, gate, plans, new EngineMetrics(metrics), clock);
        this.stats = scheduler.stats();
        EngineMetrics.read(metrics, config.maxWaiting(), this::stats);
    }

    private static int contextMax(SchedulerConfig config, ModelConfig model) {
        return config.contextMax() == 0 ? model.contextMax() : Math.min(config.contextMax(), model.contextMax());
    }

    /// Listens to the membership and starts the engine thread; does not wait for workers.
    public void start() {
        listen();
        thread.start();
    }

    void listen() {
        membership.listen(cluster -> {
            cluster.plan().ifPresent(plan -> gate.planned(Capacity.of(plan, model)));
            mailbox.post(cluster);
        });
    }

    @Override
    public Generation submit(GenerationRequest request, TokenSink sink) {
        return switch (gate.enter(request)) {
            case Rejected(ServingException error) -> throw error;
            case Admitted(int tokensMax) ->
                handOver(new Sequence(request, sink, submissions.incrementAndGet(), clock.getAsLong(), tokensMax));
        };
    }

    private Generation handOver(Sequence sequence) {
        if (!mailbox.post(new EngineEvent.Submitted(sequence), HAND_OVER)) {
            gate.leave(sequence.client());
            throw ServingException.rejected(
                    ErrorCode.QUEUE_FULL, "the engine did not take the request in time", config.retryAfter());
        }
        return () -> cancel(sequence);
    }

    /// The flag alone is enough, should the mailbox be full: every tick looks at it.
    private void cancel(Sequence sequence) {
        sequence.askCancel();
        boolean posted = mailbox.post(new EngineEvent.Cancelled(sequence), Duration.ZERO);
        log.trace("request {}: cancelled, posted {}", sequence.request().requestId(), posted);
    }

    @Override
    public int contextMax() {
        return gate.contextMax();
    }

    /// Never waits.
    public EngineStats stats() {
        return stats;
    }

    /// Stops admitting, lets what runs finish within the configured grace, then fails the rest with SHUTTING_DOWN.
    @Override
    public void close() {
        beginShutDown();
        try {
            thread.join(config.shutdownGrace().plus(JOIN_MARGIN));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    void beginShutDown() {
        gate.shutDown();
        long deadlineNanos = clock.getAsLong() + config.shutdownGrace().toNanos();
        closing = mailbox.post(new EngineEvent.ShutDown(deadlineNanos), JOIN_MARGIN) || closing;
    }

    private void run() {
        while (!finished()) {
            turn();
        }
        plans.close();
    }

    /// [#step], and what the engine thread does when that throws.
    void turn() {
        try {
            step(TICK);
        } catch (InterruptedException e) {
            log.warn("the engine thread was interrupted: shutting down");
            beginShutDown();
        } catch (Throwable e) {
            log.error("the engine failed: every request under way fails with it", e);
            scheduler.failAll(ServingException.of(e));
        }
    }

    /// One turn of the engine thread: takes in what has come, waiting at most `idle` for something, and goes on.
    void step(Duration idle) throws InterruptedException {
        mailbox.take(idle).forEach(scheduler::handle);
        scheduler.advance();
        stats = scheduler.stats();
    }

    /// Closed, and whoever was admitted has got an end.
    boolean finished() {
        return closing && scheduler.isIdle() && gate.waiting() == 0;
    }

    /// Where the wires' threads leave what the stages say. An outcome that is not taken is missed at its step's
    /// deadline.
    private final class StageMail implements PipelineListener {
        @Override
        public void outcome(int stageIndex, StepOutcome outcome) {
            post(new EngineEvent.StageAnswered(stageIndex, outcome));
        }

        @Override
        public void lost(long pipelineId, int stageIndex, ServingException error) {
            post(new EngineEvent.StageLost(pipelineId, stageIndex, error));
        }

        private void post(EngineEvent event) {
            if (!mailbox.post(event, HAND_OVER)) {
                log.warn("the engine did not take in time: {}", event);
            }
        }
    }
}
