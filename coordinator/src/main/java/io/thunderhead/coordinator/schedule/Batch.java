package io.thunderhead.coordinator.schedule;

import java.util.List;
import java.util.Map;

/// What the next step does.
///
/// @param slices of running or just admitted sequences, decodes first
/// @param admitted begin a life before the step
/// @param preempted give up theirs before the step
/// @param outgrown need more pages than there are in all: they can never go on
/// @param turns of the clients that had one
record Batch(
        List<Slice> slices,
        List<Sequence> admitted,
        List<Sequence> preempted,
        List<Sequence> outgrown,
        Map<String, ClientTurns.Turn> turns) {

    /// Whether it reads a prompt, or replays.
    boolean catchesUp() {
        return !turns.isEmpty();
    }
}
