package io.thunderhead.transport.exchange;

import io.thunderhead.core.error.ErrorCode;
import io.thunderhead.core.error.ServingException;
import io.thunderhead.core.time.Deadline;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// A pending combine that some wire completes. Whoever comes first decides - the answer, a failure, the reader's
/// deadline - and rows that come too late are closed.
public final class PendingAnswer implements PendingCombine {
    private final String description;
    private final CompletableFuture<CombinedRows> answer = new CompletableFuture<>();

    /// @param description of the dispatch, for messages: `layer 3 at expert-0`
    public PendingAnswer(String description) {
        this.description = description;
    }

    /// Whether nobody waits for the answer any more.
    public boolean over() {
        return answer.isDone();
    }

    public void complete(CombinedRows rows) {
        if (!answer.complete(rows)) {
            rows.close();
        }
    }

    public void fail(ServingException error) {
        answer.completeExceptionally(error);
    }

    @Override
    public CombinedRows await(Deadline deadline) {
        try {
            return answer.get(deadline.remainingNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            return giveUp(new ServingException(
                    ErrorCode.DEADLINE_EXCEEDED, description + ": no answer before the deadline", e));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return giveUp(new ServingException(ErrorCode.CANCELLED, description + ": interrupted", e));
        } catch (ExecutionException e) {
            throw failure(e.getCause() == null ? e : e.getCause());
        }
    }

    @Override
    public void abandon() {
        ServingException givenUp = new ServingException(ErrorCode.CANCELLED, description + ": given up");
        if (!answer.completeExceptionally(givenUp) && !answer.isCompletedExceptionally()) {
            answer.join().close();
        }
    }

    /// Throws `reason`, unless the answer came in between.
    private CombinedRows giveUp(ServingException reason) {
        if (answer.completeExceptionally(reason)) {
            throw reason;
        }
        return answer.join();
    }

    /// Of the waiting thread, so that the trace shows who waited, with the wire's own as its cause.
    private ServingException failure(Throwable cause) {
        ServingException original = ServingException.of(cause);
        return new ServingException(original.code(), String.valueOf(original.getMessage()), original);
    }
}
