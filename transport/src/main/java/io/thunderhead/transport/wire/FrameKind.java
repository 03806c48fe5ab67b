package io.thunderhead.transport.wire;

import io.thunderhead.core.error.ErrorCode;
import io.thunderhead.core.error.ServingException;

/// What a frame is.
public enum FrameKind {
    /// Rows for an expert worker: columns hidden, expert ids, weights.
    DISPATCH(1),
    /// The answer to a dispatch: column hidden.
    COMBINE(2),
    /// Hidden rows for the next stage: column hidden.
    HIDDEN(3),
    /// The rows of a HIDDEN frame were taken; no columns.
    ACK(4),
    /// The frame of this sequence number failed: an error code's name in place of the metadata, a message as the body.
    FAILURE(5);

    private final int number;

    FrameKind(int number) {
        this.number = number;
    }

    /// On the wire.
    int number() {
        return number;
    }

    static FrameKind of(int number) {
        return switch (number) {
            case 1 -> DISPATCH;
            case 2 -> COMBINE;
            case 3 -> HIDDEN;
            case 4 -> ACK;
            case 5 -> FAILURE;
            default ->
                throw new ServingException(ErrorCode.PROTOCOL_VIOLATION, "frame kind: expected 1 to 5, got " + number);
        };
    }
}
