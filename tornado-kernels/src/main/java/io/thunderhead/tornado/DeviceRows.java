package io.thunderhead.tornado;

import io.thunderhead.model.state.SequenceState;
import io.thunderhead.model.state.StateLayout;
import io.thunderhead.model.state.StepRows;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/// The rows of a step, or of a part of it, as a device sees them: segments of several sequences one after the other.
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

    /// A step in parts of at most `rowMax` rows, to be run one after the other. Prompts are cut between pages, as a
    /// prompt's chunks are.
    ///
    /// @param rowMax at least a page
    static List<DeviceRows> of(StepRows rows, int rowMax) {
        List<DeviceRows> parts = new ArrayList<>();
        DeviceRows part = new DeviceRows();
        for (StepRows.Segment segment : rows.segments()) {
            int done = 0;
            while (done < segment.rowCount()) {
                int tokens = fitting(segment, done, rowMax - part.rowCount);
                if (tokens == 0) {
                    parts.add(part);
                    part = new DeviceRows();
                } else {
                    part.add(segment, done, tokens);
                    done += tokens;
                }
            }
        }
        parts.add(part);
        return parts;
    }

    private static int fitting(StepRows.Segment segment, int done, int room) {
        int left = segment.rowCount() - done;
        if (left <= room || segment.decode()) {
            return Math.min(left, room);
        }
        return room / StateLayout.PAGE_TOKENS * StateLayout.PAGE_TOKENS;
    }

    private void add(StepRows.Segment segment, int done, int tokens) {
        SequenceState state = segment.state();
        int start = segment.startPosition() + done;
        int pages = Math.min(state.pageCount(), Math.ceilDiv(start + tokens, StateLayout.PAGE_TOKENS));
        List<Integer> numbers =
                IntStream.range(0, pages).mapToObj(state::pageNumber).toList();
        add(start, tokens, segment.decode(), state.slot(), numbers);
    }

    List<Segment> segments() {
        return segments;
    }

    int rowCount() {
        return rowCount;
    }
}
