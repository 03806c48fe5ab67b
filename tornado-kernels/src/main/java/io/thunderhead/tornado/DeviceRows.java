package io.thunderhead.tornado;

import java.util.ArrayList;
import java.util.List;

/// The rows of a step as a device sees them: segments of several sequences one after the other.
final class DeviceRows {
    private final List<Segment> segments = new ArrayList<>();
    private int rowCount;

    /// Consecutive tokens of one sequence.
    ///
    /// @param startPosition of the first token; 0 = the slot's state counts as zeros
    /// @param decode whether lightning takes the tokens one by one
    /// @param slot where the sequence's lightning states lie
    /// @param pages numbers of the pages of positions 0, 256, ... up to the segment's last
    record Segment(int startPosition, int rowCount, boolean decode, int slot, List<Integer> pages, int firstRow) {}

    DeviceRows add(int startPosition, int tokens, boolean decode, int slot, List<Integer> pages) {
        segments.add(new Segment(startPosition, tokens, decode, slot, List.copyOf(pages), rowCount));
        rowCount += tokens;
        return this;
    }

    List<Segment> segments() {
        return segments;
    }

    int rowCount() {
        return rowCount;
    }
}
