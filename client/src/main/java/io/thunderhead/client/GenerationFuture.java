package io.thunderhead.client;

import java.util.concurrent.CompletableFuture;

/// The whole answer of a stream, read by a virtual thread. However it is completed, by a cancel or a timeout of its
/// owner too, the stream is closed.
final class GenerationFuture extends CompletableFuture<GenerationResult> {
    private final GenerationStream stream;

    private GenerationFuture(GenerationStream stream) {
        this.stream = stream;
    }

    static GenerationFuture reading(GenerationStream stream) {
        GenerationFuture future = new GenerationFuture(stream);
        var _ = future.whenComplete((_, _) -> stream.close());
        Thread.ofVirtual().name("thunderhead-call").start(future::read);
        return future;
    }

    private void read() {
        try {
            complete(stream.result());
        } catch (RuntimeException e) {
            completeExceptionally(e);
        }
    }
}
