package io.thunderhead.coordinator.schedule;

import io.thunderhead.coordinator.schedule.StepInFlight.SentItem;
import io.thunderhead.transport.stage.StepCommand;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The steps under way on the open pipeline. Ids go on growing over pipelines, and over coordinators, because they
/// begin at the time of day: a late answer from a closed pipeline finds nothing, and a stage can tell rows of an older
/// step. Owner: engine thread.
final class StepLedger {
    /// What an answer may be late after the stage's own timeout before its line is given up.
    static final Duration ANSWER_MARGIN = Duration.ofSeconds(2);

    private static final int STEPS_PER_MILLI_BITS = 20;

    private final Duration timeout;
    private final Map<Long, StepInFlight> inFlight = new LinkedHashMap<>();
    private long begun = System.currentTimeMillis() << STEPS_PER_MILLI_BITS;

    StepLedger(Duration timeout) {
        this.timeout = timeout;
    }

    /// Writes the batch down as sent; its sequences must have begun their lives.
    StepCommand begin(List<Slice> slices, List<Long> releases, long planEpoch, int stages, long nowNanos) {
        long stepId = ++begun;
        List<SentItem> items = slices.stream()
                .map(slice -> new SentItem(slice.sequence(), slice.toItem()))
                .toList();
        slices.forEach(slice -> slice.sequence().sent(slice.end(), stepId));
        long deadlineNanos = nowNanos + answerTime().toNanos();
        inFlight.put(stepId, new StepInFlight(deadlineNanos, items, stages));
        return new StepCommand(
                stepId, planEpoch, timeout, items.stream().map(SentItem::item).toList(), releases);
    }

    /// The step, if this is the stage's first answer for it.
    Optional<StepInFlight> answer(long stepId, int stageIndex) {
        StepInFlight step = inFlight.get(stepId);
        if (step == null || !step.answer(stageIndex)) {
            return Optional.empty();
        }
        if (step.over()) {
            inFlight.remove(stepId);
        }
        return Optional.of(step);
    }

    Duration answerTime() {
        return timeout.plus(ANSWER_MARGIN);
    }

    boolean anyOverdue(long nowNanos) {
        return inFlight.values().stream().anyMatch(step -> nowNanos - step.deadlineNanos() >= 0);
    }

    int size() {
        return inFlight.size();
    }

    /// Their pipeline is gone: no answer counts any more.
    void clear() {
        inFlight.clear();
    }
}
