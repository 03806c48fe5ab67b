package io.thunderhead.coordinator.schedule;

import io.thunderhead.coordinator.engine.TokenSink.FinishReason;
import io.thunderhead.coordinator.pipeline.Pipeline;
import io.thunderhead.coordinator.pipeline.PipelineKeeper;
import io.thunderhead.coordinator.schedule.EngineEvent.Cancelled;
import io.thunderhead.coordinator.schedule.EngineEvent.ClusterChanged;
import io.thunderhead.coordinator.schedule.EngineEvent.RequestCancelled;
import io.thunderhead.coordinator.schedule.EngineEvent.ShutDown;
import io.thunderhead.coordinator.schedule.EngineEvent.StageAnswered;
import io.thunderhead.coordinator.schedule.EngineEvent.StageLost;
import io.thunderhead.coordinator.schedule.EngineEvent.Submitted;
import io.thunderhead.coordinator.schedule.ExpiryPolicy.Moment;
import io.thunderhead.coordinator.schedule.StepInFlight.SentItem;
import io.thunderhead.core.error.ErrorCode;
import io.thunderhead.core.error.ServingException;
import io.thunderhead.model.config.ModelConfig;
import io.thunderhead.transport.stage.StepCommand;
import io.thunderhead.transport.stage.StepOutcome;
import io.thunderhead.transport.stage.StepOutcome.Done;
import io.thunderhead.transport.stage.StepOutcome.Failed;
import io.thunderhead.transport.stage.StepOutcome.ItemResult;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// The engine's state and how events and time change it: [BatchPolicy] chooses a step, the pipeline runs it, its
/// outcome is applied. Owner: engine thread; never waits.
final class Scheduler {
    private static final long EXPIRY_CHECK_NANOS = Duration.ofMillis(10).toNanos();

    private final ModelConfig model;
    private final AdmissionGate gate;
    private final PipelineKeeper plans;
    private final LongSupplier clock;
    private final BatchPolicy batchPolicy;
    private final LossPolicy lossPolicy;
    private final ExpiryPolicy expiryPolicy;
    private final Delivery delivery;
    private final ResumePause pause;
    private final SequencePool sequences = new SequencePool();
    private final StepLedger steps;
    private final ClientTurns turns = new ClientTurns();
    private final EngineCounters counters;
    private int stepsSincePrompt;
    private long servedAtNanos;
    private long expiryCheckedAtNanos;
    private @Nullable ShutDown shutDown;

    Scheduler(
            SchedulerConfig config,
            ModelConfig model,
            AdmissionGate gate,
            PipelineKeeper plans,
            EngineMetrics metrics,
            LongSupplier clock) {
        this.model = model;
        this.gate = gate;
        this.plans = plans;
        this.clock = clock;
        this.batchPolicy = new BatchPolicy(config.maxBatchTokens(), config.decodeSteps(), config.maxRunning());
        this.lossPolicy = new LossPolicy(config.replaysMax());
        this.expiryPolicy = new ExpiryPolicy(config.notReadyQueueTime());
        this.delivery = new Delivery(model.vocabSize());
        this.pause = new ResumePause(config.replayPause());
        this.steps = new StepLedger(config.stepTimeout());
        this.counters = new EngineCounters(metrics);
        this.servedAtNanos = clock.getAsLong();
        this.expiryCheckedAtNanos = servedAtNanos;
    }

    void handle(EngineEvent event) {
        switch (event) {
            case Submitted(Sequence sequence) -> submitted(sequence);
            case Cancelled(Sequence sequence) -> end(sequence, FinishReason.CANCELLED);
            case RequestCancelled(String requestId) -> cancelled(requestId);
            case StageAnswered answer -> answered(answer);
            case StageLost(long pipelineId, int stageIndex, ServingException error) -> {
                if (isOpen(pipelineId)) {
                    losePipeline(error);
                }
            }
            case ClusterChanged change -> clusterChanged(change);
            case ShutDown asked -> shutDown(asked);
        }
    }

    /// Does what time asks for, then fills the pipeline with steps.
    void advance() {
        long now = clock.getAsLong();
        loseOverdueSteps(now);
        if (now - expiryCheckedAtNanos >= EXPIRY_CHECK_NANOS) {
            expiryCheckedAtNanos = now;
            expireSequences(now);
        }
        if (!pause.over(now)) {
            return;
        }
        if (!plans.openIfReady()) {
            pause.begin(now);
        }
        Optional<Pipeline> serving = plans.serving();
        if (serving.isPresent()) {
            servedAtNanos = now;
            fill(serving.get());
        }
    }

    boolean isIdle() {
        return sequences.isEmpty();
    }

    EngineStats stats() {
        int kvPages = plans.open()
                .map(open -> Capacity.of(open.plan(), model).kvPages())
                .orElse(0);
        return counters.stats(sequences, steps.size(), kvPages);
    }

    List<RequestState> requests() {
        long now = clock.getAsLong();
        return sequences.all().stream()
                .map(sequence -> RequestState.of(sequence, now))
                .toList();
    }

    /// After a broken invariant: everything that is under way fails, and the stages are made to forget it.
    void failAll(ServingException error) {
        plans.drop(String.valueOf(error.getMessage()));
        steps.clear();
        sequences.forgetLives();
        sequences.all().forEach(sequence -> fail(sequence, error));
    }

    // Events

    private void submitted(Sequence sequence) {
        sequences.add(sequence);
        if (shutDown != null) {
            fail(sequence, ExpiryPolicy.shuttingDown());
        }
    }

    private void cancelled(String requestId) {
        sequences.all().stream()
                .filter(sequence -> sequence.request().requestId().equals(requestId))
                .forEach(sequence -> end(sequence, FinishReason.CANCELLED));
    }

    private void clusterChanged(ClusterChanged change) {
        if (plans.follow(change.cluster())) {
            steps.clear();
            sequences.forgetLives();
        }
    }

    private void shutDown(ShutDown asked) {
        shutDown = asked;
        sequences.all().stream()
                .filter(sequence -> !sequence.started())
                .forEach(sequence -> fail(sequence, ExpiryPolicy.shuttingDown()));
    }

    private void answered(StageAnswered answer) {
        StepOutcome outcome = answer.outcome();
        steps.answer(outcome.stepId(), answer.stageIndex()).ifPresent(step -> {
            switch (outcome) {
                case Done done -> done(step, answer.stageIndex(), done);
                case Failed(long stepId, ServingException error) -> failed(step, error);
            }
        });
    }

    private void done(StepInFlight step, int stageIndex, Done done) {
        counters.stageDone(done.timings());
        if (isLastStage(stageIndex)) {
            pause.reset();
            apply(step, done);
        }
    }

    private boolean isOpen(long pipelineId) {
        return plans.open().filter(open -> open.id() == pipelineId).isPresent();
    }

    private boolean isLastStage(int stageIndex) {
        return plans.open().filter(open -> open.stageCount() == stageIndex + 1).isPresent();
    }

    private void apply(StepInFlight step, Done done) {
        Map<Long, ItemResult> results = done.results().stream()
                .collect(Collectors.toMap(ItemResult::sequenceId, result -> result, (first, second) -> first));
        for (SentItem sent : step.items()) {
            if (sent.current()) {
                apply(sent, results.get(sent.item().sequenceId()));
            }
        }
    }

    private void apply(SentItem sent, @Nullable ItemResult result) {
        Sequence sequence = sent.sequence();
        sequence.sink().stepped(sent.item().tokenIds().size());
        switch (delivery.deliver(sent, result)) {
            case Delivery.Verdict.GoesOn(boolean gotToken) -> count(sequence, gotToken);
            case Delivery.Verdict.Ends(FinishReason reason, boolean gotToken) -> {
                count(sequence, gotToken);
                end(sequence, reason);
            }
            case Delivery.Verdict.Broken(ServingException error) -> lose(sequence, error);
        }
    }

    private void count(Sequence sequence, boolean gotToken) {
        if (gotToken) {
            counters.token(sequence, clock.getAsLong());
        }
    }

    // Losses

    private void failed(StepInFlight step, ServingException error) {
        counters.stepFailed();
        if (error.code() == ErrorCode.STALE_PLAN) {
            losePipeline(error);
            return;
        }
        if (!LossPolicy.isFaultOfOurs(error)) {
            pause.begin(clock.getAsLong());
        }
        step.items().stream().filter(SentItem::current).forEach(sent -> lose(sent.sequence(), error));
    }

    private void loseOverdueSteps(long now) {
        if (steps.anyOverdue(now)) {
            losePipeline(new ServingException(
                    ErrorCode.DEADLINE_EXCEEDED, "a stage has not answered for a step within " + steps.answerTime()));
        }
    }

    private void losePipeline(ServingException error) {
        plans.drop(String.valueOf(error.getMessage()));
        pause.begin(clock.getAsLong());
        steps.clear();
        sequences.forgetLives().forEach(sequence -> replayOrFail(sequence, error));
    }

    private void lose(Sequence sequence, ServingException error) {
        sequences.suspend(sequence);
        replayOrFail(sequence, error);
    }

    private void replayOrFail(Sequence sequence, ServingException error) {
        if (lossPolicy.survives(sequence, error)) {
            counters.replayed();
        } else {
            fail(sequence, error);
        }
    }

    // Time

    private void expireSequences(long now) {
        List<String> missing = plans.serving().isPresent() ? List.of() : plans.missing();
        Moment moment = new Moment(now, servedAtNanos, missing, shutDown == null ? null : shutDown.deadlineNanos());
        for (Sequence sequence : sequences.all()) {
            ServingException expired = expiryPolicy.expired(sequence, moment);
            if (sequence.abandoned()) {
                end(sequence, FinishReason.CANCELLED);
            } else if (expired != null) {
                fail(sequence, expired);
            }
        }
    }

    // Steps

    private void fill(Pipeline pipeline) {
        Capacity capacity = Capacity.of(pipeline.plan(), model);
        while (isOpen(pipeline.id()) && steps.size() < pipeline.stageCount()) {
            Batch batch = batchPolicy.nextBatch(new BatchPolicy.State(
                    sequences.running(),
                    sequences.waiting(),
                    capacity,
                    pipeline.stageCount(),
                    stepsSincePrompt,
                    turns));
            apply(batch, capacity);
            boolean onlyReleases = batch.slices().isEmpty() && sequences.hasReleases() && steps.size() == 0;
            if (batch.slices().isEmpty() && !onlyReleases) {
                return;
            }
            send(pipeline, batch);
        }
    }

    private void apply(Batch batch, Capacity capacity) {
        turns.take(batch.turns());
        stepsSincePrompt = batch.catchesUp() ? 0 : stepsSincePrompt + 1;
        batch.preempted().forEach(sequence -> {
            sequences.suspend(sequence);
            counters.preempted();
        });
        batch.outgrown().forEach(sequence -> fail(sequence, outgrown(sequence, capacity)));
        batch.admitted().forEach(this::begin);
    }

    private void begin(Sequence sequence) {
        if (!sequence.started()) {
            gate.leave(sequence.client());
            counters.started(sequence, clock.getAsLong());
            sequence.sink().started();
        }
        sequences.begin(sequence);
    }

    private void send(Pipeline pipeline, Batch batch) {
        StepCommand command = steps.begin(
                batch.slices(),
                sequences.takeReleases(),
                pipeline.plan().epoch(),
                pipeline.stageCount(),
                clock.getAsLong());
        counters.stepSent(command.tokenCount());
        try {
            pipeline.submit(command);
        } catch (ServingException e) {
            losePipeline(e);
        }
    }

    // Ends

    private void end(Sequence sequence, FinishReason reason) {
        if (remove(sequence)) {
            counters.ended(sequence, reason, clock.getAsLong());
            sequence.sink().ended(reason, sequence.usage());
        }
    }

    private void fail(Sequence sequence, ServingException error) {
        if (remove(sequence)) {
            counters.failed(sequence, clock.getAsLong());
            sequence.sink().failed(error);
        }
    }

    private boolean remove(Sequence sequence) {
        boolean live = sequences.remove(sequence);
        if (live && !sequence.started()) {
            gate.leave(sequence.client());
        }
        return live;
    }

    private static ServingException outgrown(Sequence sequence, Capacity capacity) {
        return new ServingException(
                ErrorCode.KV_POOL_FULL,
                "the workers hold at most %d tokens of a sequence, this one has %d"
                        .formatted(capacity.tokensMax(), sequence.tokenCount()));
    }
}
