package io.thunderhead.coordinator.schedule;

import io.thunderhead.transport.stage.StepItem;
import java.util.BitSet;
import java.util.List;

/// A step that some stage has not answered for yet. Owner: engine thread.
final class StepInFlight {
    private final long deadlineNanos;
    private final List<SentItem> items;
    private final BitSet unanswered;

    StepInFlight(long deadlineNanos, List<SentItem> items, int stages) {
        this.deadlineNanos = deadlineNanos;
        this.items = items;
        this.unanswered = new BitSet(stages);
        this.unanswered.set(0, stages);
    }

    /// An item as it was sent, and whose it was.
    record SentItem(Sequence sequence, StepItem item) {
        /// Whether the life it was sent for still goes on.
        boolean current() {
            return sequence.lifeId() == item.sequenceId();
        }

        int end() {
            return item.startPosition() + item.tokenIds().size();
        }
    }

    long deadlineNanos() {
        return deadlineNanos;
    }

    List<SentItem> items() {
        return items;
    }

    /// Returns false for a second answer of the same stage.
    boolean answer(int stageIndex) {
        boolean first = unanswered.get(stageIndex);
        unanswered.clear(stageIndex);
        return first;
    }

    boolean over() {
        return unanswered.isEmpty();
    }
}
