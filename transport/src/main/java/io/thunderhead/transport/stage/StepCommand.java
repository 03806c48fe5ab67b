package io.thunderhead.transport.stage;

import java.time.Duration;
import java.util.List;

/// One step of the whole pipeline, sent to every stage; a stage runs steps in the order of their ids. Rows of the step
/// are the items' tokens, concatenated in order.
///
/// @param timeout for this stage's work on it, counted from its arrival
/// @param releases sequences whose state the stage frees before the step; unknown ones are ignored
public record StepCommand(long stepId, long planEpoch, Duration timeout, List<StepItem> items, List<Long> releases) {
    public StepCommand {
        items = List.copyOf(items);
        releases = List.copyOf(releases);
    }

    public int tokenCount() {
        return items.stream().mapToInt(item -> item.tokenIds().size()).sum();
    }
}
