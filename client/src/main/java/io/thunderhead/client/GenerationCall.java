package io.thunderhead.client;

import io.grpc.Context;
import io.grpc.StatusRuntimeException;
import io.thunderhead.core.error.ErrorCode;
import io.thunderhead.core.error.ServingException;
import io.thunderhead.core.time.Deadline;
import io.thunderhead.proto.v1.GenerateEvent;
import java.util.Iterator;
import java.util.function.Supplier;

/// A Generate call, sent again by the retry policy for as long as nothing of its answer has come. One thread reads; any
/// may cancel.
final class GenerationCall {
    private final Supplier<Iterator<GenerateEvent>> sender;
    private final Retries retries;
    private final Context.CancellableContext context = Context.ROOT.withCancellation();
    private Iterator<GenerateEvent> events;
    private boolean started;

    /// Sends at once.
    ///
    /// @param sender sends the request and returns without waiting for the answer
    GenerationCall(Supplier<Iterator<GenerateEvent>> sender, RetryPolicy policy, Deadline deadline) {
        this.sender = sender;
        this.retries = new Retries(policy, deadline);
        this.events = send();
    }

    /// Waits for the next event; throws when the call has ended without one.
    GenerationEvent next() {
        while (true) {
            try {
                return read();
            } catch (StatusRuntimeException failure) {
                if (context.isCancelled() || Thread.currentThread().isInterrupted()) {
                    throw ErrorReader.cancelled(failure);
                }
                ServingException error = ErrorReader.read(failure, started);
                if (started) {
                    throw error;
                }
                retries.pauseOrThrow(error);
                events = send();
            }
        }
    }

    void cancel() {
        retries.stop();
        context.cancel(null);
    }

    private GenerationEvent read() {
        if (!events.hasNext()) {
            throw new ServingException(
                    ErrorCode.PROTOCOL_VIOLATION, "expected a last event before the end of the answer");
        }
        GenerationEvent event = EventDecoder.decode(events.next());
        started = true;
        return event;
    }

    private Iterator<GenerateEvent> send() {
        Context previous = context.attach();
        try {
            return sender.get();
        } finally {
            context.detach(previous);
        }
    }
}
