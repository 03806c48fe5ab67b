package io.thunderhead.coordinator.openai;

/// One request and the way to answer it; the HTTP server implements it. Used by the request's own thread.
public interface ApiCall {
    String requestId();

    /// Name of the API key's owner, or "anonymous".
    String client();

    byte[] body();

    /// Runs the action once when the client goes away before the answer is complete; at once if it has gone.
    void onDisconnect(Runnable action);

    /// The whole answer, status 200.
    void reply(byte[] json);

    /// Server-sent events. Waits while the client reads more slowly than it is written to; throws CANCELLED when the
    /// client has gone and REQUEST_TIMEOUT when it does not read for too long. The first call sends the head.
    ///
    /// @param text one or several whole events or comments, each ended by an empty line
    void stream(byte[] text);
}
