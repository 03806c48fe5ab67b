package io.thunderhead.attention;

import io.thunderhead.attention.StageMetrics.Phase;
import io.thunderhead.attention.StageMetrics.StepKind;
import io.thunderhead.core.error.ErrorCode;
import io.thunderhead.core.error.ServingException;
import io.thunderhead.core.time.Deadline;
import io.thunderhead.model.config.ModelConfig;
import io.thunderhead.model.layers.JoinedLayers;
import io.thunderhead.model.layers.StageModel;
import io.thunderhead.model.layers.Workspace;
import io.thunderhead.model.state.StatePool;
import io.thunderhead.model.state.StepRows;
import io.thunderhead.transport.exchange.LocalExperts;
import io.thunderhead.transport.stage.HiddenHeader;
import io.thunderhead.transport.stage.HiddenLink;
import io.thunderhead.transport.stage.StepCommand;
import io.thunderhead.transport.stage.StepItem;
import io.thunderhead.transport.stage.StepOutcome;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What an attention worker holds under one plan: its layers (which it borrows), the memory of its sequences,
/// its lines. Runs steps for the engine thread, which owns it.
final class HeldStage implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(HeldStage.class);
    private static final Duration TELL_TIMEOUT = Duration.ofSeconds(2);

    private final long epoch;
    private final AttentionWorkerConfig limits;
    private final ModelConfig config;
    private final StageModel model;
    private final StatePool pool;
    private final ExpertDirectory experts;
    private final Optional<HiddenLink> next;
    private final StageMetrics metrics;
    private final HiddenInbox inbox;
    private final StageSequences sequences;
    private final LayerLoop loop;
    private final TokenChooser chooser;
    private final List<Lane> lanes = new ArrayList<>();
    private final int pageMax;
    private float[] stepHidden = new float[0];
    private boolean joinAsked;
    private Optional<Joined> joined = Optional.empty();

    /// Layers that run with their experts in place, and who counts the rows.
    private record Joined(JoinedLayers layers, LocalExperts experts) {}

    /// Activations and exchange buffers of one micro-batch, kept from step to step.
    private record Lane(Workspace workspace, ExchangeRound round) {}

    HeldStage(
            long epoch,
            AttentionWorkerConfig limits,
            ModelConfig config,
            StageModel model,
            StatePool pool,
            ExpertDirectory experts,
            Optional<HiddenLink> next,
            StageMetrics metrics) {
        this.epoch = epoch;
        this.limits = limits;
        this.config = config;
        this.model = model;
        this.pool = pool;
        this.experts = experts;
        this.next = next;
        this.metrics = metrics;
        this.inbox = new HiddenInbox(limits.maxQueuedSteps(), limits.maxStepTokens(), config.hiddenSize());
        this.inbox.begin(epoch);
        this.sequences = new StageSequences(pool, config.vocabSize());
        this.loop = new LayerLoop(model.layers());
        this.chooser = new TokenChooser(model, config);
        this.pageMax = pool.freePages();
    }

    long epoch() {
        return epoch;
    }

    HiddenInbox inbox() {
        return inbox;
    }

    void dropSequences() {
        sequences.releaseAll();
        tellHeld();
    }

    private void tellHeld() {
        metrics.holds(sequences.count(), pageMax - pool.freePages(), pageMax);
    }

    /// Runs one step; if it fails, the sequences of the step are gone from here and the next stage knows.
    StepOutcome run(StepCommand command, Deadline deadline) {
        sequences.release(command.releases());
        try {
            return command.items().isEmpty()
                    ? new StepOutcome.Done(command.stepId(), List.of(), new StepClock().timings())
                    : runItems(command, deadline);
        } catch (RuntimeException | Error e) {
            sequences.release(command.items().stream().map(StepItem::sequenceId).toList());
            tellNextStage(command.stepId());
            throw e;
        } finally {
            tellHeld();
        }
    }

    private StepOutcome runItems(StepCommand command, Deadline deadline) {
        checkSize(command);
        StepClock clock = new StepClock();
        List<StageSequences.Sequence> owners = owners(command);
        Optional<Joined> inPlace = joined();
        List<MicroBatch> batches =
                inPlace.isPresent() ? List.of(microBatch(0, command.items(), owners)) : split(command, owners);
        fillHidden(command, batches, deadline);
        clock.lap(model.hasEmbedding() ? Phase.ATTENTION : Phase.QUEUE);
        if (inPlace.isPresent()) {
            Joined here = inPlace.get();
            batches.getFirst().runThrough(here.layers(), here.experts()::computed, clock);
        } else {
            loop.run(batches, deadline, clock);
        }
        batches.forEach(batch -> batch.rows().advance());
        float[] rows = gather(batches, command.tokenCount());
        List<StepOutcome.ItemResult> results = List.of();
        if (model.hasHead()) {
            results = chooser.results(command.items(), owners, rows);
            clock.lap(Phase.SAMPLING);
        } else {
            send(command, rows, deadline);
            clock.lap(Phase.SEND);
        }
        metrics.finished(kind(command), command.tokenCount(), clock);
        return new StepOutcome.Done(command.stepId(), results, clock.timings());
    }

    /// Asked for at the first step, when every worker of the plan has its experts.
    private Optional<Joined> joined() {
        if (!joinAsked) {
            joinAsked = true;
            joined = experts.onlyLocal()
                    .flatMap(local -> model.joinedTo(local.store()).map(layers -> new Joined(layers, local)));
            joined.ifPresent(found -> LOG.info("plan {}: layers and experts run in one place", epoch));
        }
        return joined;
    }

    private static StepKind kind(StepCommand command) {
        for (StepItem item : command.items()) {
            if (!item.decode() || item.tokenIds().size() > 1) {
                return StepKind.PREFILL;
            }
        }
        return StepKind.DECODE;
    }

    private void checkSize(StepCommand command) {
        if (command.tokenCount() > limits.maxStepTokens()) {
            throw new ServingException(
                    ErrorCode.PROTOCOL_VIOLATION,
                    "step " + command.stepId() + ": expected at most " + limits.maxStepTokens() + " tokens, got "
                            + command.tokenCount());
        }
    }

    private List<StageSequences.Sequence> owners(StepCommand command) {
        List<StageSequences.Sequence> owners = new ArrayList<>();
        Set<Long> named = new HashSet<>();
        for (StepItem item : command.items()) {
            StageSequences.Sequence owner = sequences.of(item);
            if (!named.add(item.sequenceId())) {
                throw new ServingException(
                        ErrorCode.PROTOCOL_VIOLATION,
                        "step " + command.stepId() + " names sequence " + item.sequenceId() + " twice");
            }
            owners.add(owner);
            if (model.hasHead()) {
                for (int i = 0; i < item.tokenIds().size(); i++) {
                    owner.history().append(item.tokenIds().get(i));
                }
            }
        }
        return owners;
    }

    /// One micro-batch, or two of about the same size if both are worth it.
    private List<MicroBatch> split(StepCommand command, List<StageSequences.Sequence> owners) {
        int half = halfOf(command);
        int items = command.items().size();
        if (half == 0) {
            return List.of(microBatch(0, command.items(), owners));
        }
        return List.of(
                microBatch(0, command.items().subList(0, half), owners.subList(0, half)),
                microBatch(1, command.items().subList(half, items), owners.subList(half, items)));
    }

    /// How many leading items make the first micro-batch; 0 = all, there is only one.
    private int halfOf(StepCommand command) {
        int total = command.tokenCount();
        int tokens = 0;
        for (int i = 0; i < command.items().size(); i++) {
            if (tokens >= limits.microBatchMinTokens()
                    && tokens * 2 >= total
                    && total - tokens >= limits.microBatchMinTokens()) {
                return i;
            }
            tokens += command.items().get(i).tokenIds().size();
        }
        return 0;
    }

    private MicroBatch microBatch(int index, List<StepItem> items, List<StageSequences.Sequence> owners) {
        StepRows.Builder builder = StepRows.builder();
        for (int i = 0; i < items.size(); i++) {
            StepItem item = items.get(i);
            if (item.decode()) {
                builder.decode(owners.get(i).state(), item.tokenIds());
            } else {
                builder.prefill(owners.get(i).state(), item.tokenIds());
            }
        }
        StepRows rows = builder.build();
        Lane lane = lane(index, rows.rowCount());
        return new MicroBatch(lane.workspace(), lane.round(), rows, metrics);
    }

    /// The lane's buffers, grown to at least so many rows.
    private Lane lane(int index, int rowCount) {
        if (index == lanes.size() || lanes.get(index).workspace().tokenMax() < rowCount) {
            int rowsMax = Math.min(limits.maxStepTokens(), Integer.highestOneBit(rowCount * 2 - 1));
            Lane lane = new Lane(
                    new Workspace(config, rowsMax),
                    new ExchangeRound(experts, epoch, rowsMax, config.hiddenSize(), config.topK()));
            if (index == lanes.size()) {
                lanes.add(lane);
            } else {
                lanes.set(index, lane);
            }
        }
        return lanes.get(index);
    }

    private void fillHidden(StepCommand command, List<MicroBatch> batches, Deadline deadline) {
        if (model.hasEmbedding()) {
            batches.forEach(batch -> model.embed(batch.rows(), batch.hidden()));
            return;
        }
        int tokens = command.tokenCount();
        reserve(tokens);
        inbox.take(command.stepId(), tokens, stepHidden, deadline);
        int from = 0;
        for (MicroBatch batch : batches) {
            int length = batch.rows().rowCount() * config.hiddenSize();
            System.arraycopy(stepHidden, from, batch.hidden(), 0, length);
            from += length;
        }
    }

    private float[] gather(List<MicroBatch> batches, int tokens) {
        if (batches.size() == 1) {
            return batches.getFirst().hidden();
        }
        reserve(tokens);
        int at = 0;
        for (MicroBatch batch : batches) {
            int length = batch.rows().rowCount() * config.hiddenSize();
            System.arraycopy(batch.hidden(), 0, stepHidden, at, length);
            at += length;
        }
        return stepHidden;
    }

    private void reserve(int tokens) {
        if (stepHidden.length < tokens * config.hiddenSize()) {
            stepHidden = new float[tokens * config.hiddenSize()];
        }
    }

    private void send(StepCommand command, float[] rows, Deadline deadline) {
        HiddenHeader header = new HiddenHeader(epoch, command.stepId(), command.tokenCount(), config.hiddenSize());
        link().send(header, MemorySegment.ofArray(rows), deadline);
    }

    /// A block of no rows, so that the next stage does not wait for this step until its deadline.
    private void tellNextStage(long stepId) {
        if (model.hasHead()) {
            return;
        }
        try {
            HiddenHeader nothing = new HiddenHeader(epoch, stepId, 0, config.hiddenSize());
            link().send(nothing, MemorySegment.ofArray(new float[0]), Deadline.after(TELL_TIMEOUT));
        } catch (ServingException e) {
            LOG.info("step {}: could not tell the next stage of the failure: {}", stepId, e.getMessage());
        }
    }

    private HiddenLink link() {
        return next.orElseThrow(
                () -> new ServingException(ErrorCode.STALE_PLAN, "plan " + epoch + " has no stage after this one"));
    }

    @Override
    public void close() {
        sequences.releaseAll();
        joined.ifPresent(found -> found.layers().close());
        pool.close();
        next.ifPresent(HiddenLink::close);
    }
}
