package io.thunderhead.transport.grpc;

import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.thunderhead.core.error.ErrorCode;
import io.thunderhead.core.error.ServingException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The answering end of one long call. Takes a message only while fewer than the window are unanswered; answers may be
/// sent by any thread, and are dropped once the call is over.
///
/// @param <Q> what comes in
/// @param <A> what is sent back
abstract class ServerStream<Q, A> extends ServerCall.Listener<Q> {
    private static final Logger LOG = LoggerFactory.getLogger(ServerStream.class);

    private final ServerCall<Q, A> call;
    private final String caller;
    private boolean over; // guarded by this

    ServerStream(ServerCall<Q, A> call, Metadata headers) {
        this.call = call;
        String name = headers.get(NodeChannels.CALLER);
        this.caller = name == null ? "an unnamed node" : name;
    }

    /// Accepts the call; `window` is the number of messages that may be unanswered.
    final void open(int window) {
        call.sendHeaders(new Metadata());
        call.request(window);
    }

    /// Throws PROTOCOL_VIOLATION to end the call.
    abstract void take(Q message);

    /// Nothing more comes in. Called once.
    abstract void ended(ServingException reason);

    /// Sends the answer to one message and makes room for another.
    final synchronized void answer(A message) {
        if (!over) {
            call.sendMessage(message);
            call.request(1);
        }
    }

    /// Ends the call for this reason, which the caller is told.
    final void close(ServingException reason) {
        synchronized (this) {
            if (over) {
                return;
            }
            over = true;
            call.close(GrpcErrors.status(reason), GrpcErrors.trailers(reason));
        }
        ended(reason);
    }

    final String caller() {
        return caller;
    }

    @Override
    public void onMessage(Q message) {
        try {
            take(message);
        } catch (ServingException e) {
            LOG.warn("closing the stream of {}: {} {}", caller, e.code(), e.getMessage());
            close(e);
        } catch (RuntimeException e) {
            LOG.error("closing the stream of {}", caller, e);
            close(ServingException.of(e));
        }
    }

    @Override
    public void onHalfClose() {
        close(new ServingException(ErrorCode.WORKER_LOST, caller + " has ended the stream"));
    }

    @Override
    public void onCancel() {
        synchronized (this) {
            if (over) {
                return;
            }
            over = true;
        }
        ended(new ServingException(ErrorCode.WORKER_LOST, "the connection of " + caller + " is gone"));
    }
}
