package io.thunderhead.attention;

import io.thunderhead.core.error.ErrorCode;
import io.thunderhead.core.error.ServingException;
import io.thunderhead.model.sampling.TokenHistory;
import io.thunderhead.model.state.SequenceState;
import io.thunderhead.model.state.StatePool;
import io.thunderhead.transport.stage.StepItem;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The sequences that this stage remembers. The coordinator decides who is here; this class checks that what it says
/// fits what is here. Owner: the stage's engine thread.
final class StageSequences {
    private final StatePool pool;
    private final int vocabSize;
    private final Map<Long, Sequence> sequences = new HashMap<>();

    StageSequences(StatePool pool, int vocabSize) {
        this.pool = pool;
        this.vocabSize = vocabSize;
    }

    record Sequence(SequenceState state, TokenHistory history) {}

    /// The sequence that the item goes on with, or a new one if it starts at 0.
    Sequence of(StepItem item) {
        checkTokens(item);
        Sequence sequence = sequences.get(item.sequenceId());
        if (sequence == null) {
            return begin(item);
        }
        int length = sequence.state().length();
        if (length != item.startPosition()) {
            throw violation(item, "expected to go on at position " + length + ", got " + item.startPosition());
        }
        return sequence;
    }

    private Sequence begin(StepItem item) {
        if (item.startPosition() != 0) {
            throw new ServingException(
                    ErrorCode.WORKER_LOST,
                    "sequence " + item.sequenceId() + ": its first " + item.startPosition()
                            + " tokens are not here (lost in an earlier step)");
        }
        Sequence sequence = new Sequence(pool.acquire(), new TokenHistory(item.promptLength()));
        sequences.put(item.sequenceId(), sequence);
        return sequence;
    }

    private void checkTokens(StepItem item) {
        if (item.tokenIds().size() == 0) {
            throw violation(item, "expected tokens, got none");
        }
        for (int i = 0; i < item.tokenIds().size(); i++) {
            int id = item.tokenIds().get(i);
            if (id < 0 || id >= vocabSize) {
                throw violation(item, "expected token ids from 0 to " + (vocabSize - 1) + ", got " + id);
            }
        }
    }

    private static ServingException violation(StepItem item, String message) {
        return new ServingException(ErrorCode.PROTOCOL_VIOLATION, "sequence " + item.sequenceId() + ": " + message);
    }

    /// Frees what is here of these; unknown ones are no mistake.
    void release(List<Long> sequenceIds) {
        for (Long id : sequenceIds) {
            @Nullable Sequence sequence = sequences.remove(id);
            if (sequence != null) {
                sequence.state().release();
            }
        }
    }

    int count() {
        return sequences.size();
    }

    void releaseAll() {
        release(List.copyOf(sequences.keySet()));
    }
}
