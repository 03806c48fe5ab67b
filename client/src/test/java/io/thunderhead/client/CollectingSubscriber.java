package io.thunderhead.client;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/// Keeps what it gets; asks for what the test says.
final class CollectingSubscriber implements Flow.Subscriber<GenerationEvent> {
    private final CompletableFuture<Flow.Subscription> subscription = new CompletableFuture<>();
    private final CompletableFuture<List<GenerationEvent>> ended = new CompletableFuture<>();
    private final List<GenerationEvent> events = new ArrayList<>();
    private final Semaphore received = new Semaphore(0);

    void request(long count) throws Exception {
        subscription.get(10, TimeUnit.SECONDS).request(count);
    }

    void cancel() throws Exception {
        subscription.get(10, TimeUnit.SECONDS).cancel();
    }

    void await(int count) throws InterruptedException {
        if (!received.tryAcquire(count, 10, TimeUnit.SECONDS)) {
            throw new AssertionError("expected " + count + " events, got " + seen());
        }
    }

    synchronized List<GenerationEvent> seen() {
        return List.copyOf(events);
    }

    CompletableFuture<List<GenerationEvent>> ended() {
        return ended;
    }

    @Override
    public void onSubscribe(Flow.Subscription given) {
        subscription.complete(given);
    }

    @Override
    public synchronized void onNext(GenerationEvent event) {
        events.add(event);
        received.release();
    }

    @Override
    public void onError(Throwable failure) {
        ended.completeExceptionally(failure);
    }

    @Override
    public void onComplete() {
        ended.complete(seen());
    }
}
