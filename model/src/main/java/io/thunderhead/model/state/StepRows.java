package io.thunderhead.model.state;

import io.thunderhead.model.tokenizer.TokenIds;
import java.util.ArrayList;
import java.util.List;

/// The rows of a step: segments of several sequences one after the other, a sequence at most once. Row `r` of every
/// activation buffer of the step belongs to the segment with `firstRow <= r < firstRow + rowCount`.
public final class StepRows {
    private final List<Segment> segments;
    private final int rowCount;

    private StepRows(List<Segment> segments, int rowCount) {
        this.segments = List.copyOf(segments);
        this.rowCount = rowCount;
    }

    /// Consecutive tokens of one sequence.
    ///
    /// @param startPosition of the first token; the state has seen exactly the tokens before it and has
    ///   room reserved
    /// @param decode true: lightning takes the tokens one by one through the recurrence, with the bits of one-token
    ///   steps; false: in blocks, and the segment starts on a multiple of the block
    public record Segment(SequenceState state, int startPosition, TokenIds tokenIds, boolean decode, int firstRow) {
        public int rowCount() {
            return tokenIds.size();
        }

        public int endPosition() {
            return startPosition + rowCount();
        }
    }

    public static Builder builder() {
        return new Builder();
    }

    public List<Segment> segments() {
        return segments;
    }

    public int rowCount() {
        return rowCount;
    }

    /// The step is done: every sequence has seen its segment's tokens.
    public void advance() {
        for (Segment segment : segments) {
            segment.state().advance(segment.rowCount());
        }
    }

    /// Appends segments; for one thread.
    public static final class Builder {
        private final List<Segment> segments = new ArrayList<>();
        private int rowCount;

        private Builder() {}

        /// A chunk of a prompt that starts where the state ends, on a multiple of the lightning block.
        public Builder prefill(SequenceState state, TokenIds tokenIds) {
            return add(state, tokenIds, false);
        }

        /// Generated tokens, one or (replayed) several.
        public Builder decode(SequenceState state, TokenIds tokenIds) {
            return add(state, tokenIds, true);
        }

        /// Reserves the room; throws KV_POOL_FULL, with nothing added, if there is none.
        private Builder add(SequenceState state, TokenIds tokenIds, boolean decode) {
            if (!decode && state.length() % StateLayout.PAGE_TOKENS != 0) {
                throw new IllegalArgumentException("prefill: expected a start on a multiple of "
                        + StateLayout.PAGE_TOKENS + ", got " + state.length());
            }
            Segment segment = new Segment(state, state.length(), tokenIds, decode, rowCount);
            state.reserve(segment.endPosition());
            segments.add(segment);
            rowCount += segment.rowCount();
            return this;
        }

        public StepRows build() {
            return new StepRows(segments, rowCount);
        }
    }
}
