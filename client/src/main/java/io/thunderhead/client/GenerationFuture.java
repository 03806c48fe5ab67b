package io.thunderhead.client;

import java.util.concurrent.CompletableFuture;

/// The whole answer of a stream, read by a virtual thread. Cancelling it closes the stream.
final class GenerationFuture extends CompletableFuture<GenerationResult> {
    private final GenerationStream stream;

    private GenerationFuture(GenerationStream stream) {
        this.stream = stream;
    }

    static GenerationFuture reading(GenerationStream stream) {
        GenerationFuture future = new GenerationFuture(stream);
        Thread.ofVirtual().name("thunderhead-call").start(future::read);
        return future;
    }

    @Override
    public boolean cancel(boolean mayInterruptIfRunning) {
        boolean cancelled = super.cancel(mayInterruptIfRunning);
        stream.close();
        return cancelled;
    }

    private void read() {
        try {
            complete(stream.result());
        } catch (RuntimeException e) {
            completeExceptionally(e);
        }
    }
}
