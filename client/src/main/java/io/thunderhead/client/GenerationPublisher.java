package io.thunderhead.client;

import io.thunderhead.core.time.Deadline;
import java.time.Duration;
import java.util.concurrent.Flow;
import java.util.function.Function;

/// A generation for each subscriber.
final class GenerationPublisher implements Flow.Publisher<GenerationEvent> {
    private final Function<Deadline, GenerationStream> starter;
    private final Duration timeout;

    GenerationPublisher(Function<Deadline, GenerationStream> starter, Duration timeout) {
        this.starter = starter;
        this.timeout = timeout;
    }

    @Override
    public void subscribe(Flow.Subscriber<? super GenerationEvent> subscriber) {
        Deadline deadline = Deadline.after(timeout);
        var subscription = new GenerationSubscription(starter.apply(deadline), subscriber, deadline);
        Thread.ofVirtual().name("thunderhead-publisher").start(subscription::run);
    }
}
