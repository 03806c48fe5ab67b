package io.thunderhead.core.error;

/// Who is to blame and whether to try again; decides protocol status together with [ErrorCode].
public enum ErrorFamily {
    /// The request is wrong: sending it again gives the same answer.
    CLIENT,
    /// The request is right but there is no room now: try later.
    CAPACITY,
    /// No work was done: it is safe to send the request again at once, elsewhere or here.
    UNAVAILABLE,
    /// A fault of ours; work may have been done.
    INTERNAL
}
