package io.thunderhead.coordinator.api;

import io.thunderhead.coordinator.api.CompletionEvent.Finished;
import io.thunderhead.coordinator.api.CompletionEvent.PromptScored;
import io.thunderhead.coordinator.api.CompletionEvent.Reason;
import io.thunderhead.coordinator.api.CompletionEvent.Token;
import io.thunderhead.coordinator.engine.Engine.Generation;
import io.thunderhead.coordinator.engine.TokenSink.FinishReason;
import io.thunderhead.coordinator.engine.TokenSink.Usage;
import io.thunderhead.core.error.ErrorCode;
import io.thunderhead.core.error.ServingException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// The events of one started [CompletionSpec]. One thread reads it, and does the decoding in doing so, so that the
/// engine's thread never does; [#cancel] is for any thread.
public final class CompletionStream implements AutoCloseable {
    private final CompletionSpec spec;
    private final SignalQueue signals;
    private final List<ChoiceText> choices;
    private final List<Generation> generations = new ArrayList<>();
    private final Queue<CompletionEvent> events = new ArrayDeque<>();
    private final UsageSum usage;
    private volatile boolean cancelled;

    CompletionStream(CompletionSpec spec, SignalQueue signals, List<ChoiceText> choices) {
        this.spec = spec;
        this.signals = signals;
        this.choices = choices;
        this.usage = new UsageSum(spec);
    }

    /// Before the stream is handed out only.
    void add(Generation generation) {
        generations.add(generation);
    }

    /// The next event, or null if none came within `patience` (time to send a keep-alive). Throws the first failure of
    /// any choice, CANCELLED after [#cancel], DEADLINE_EXCEEDED after the request's deadline; all choices
    /// are cancelled then. Not to be called after [Finished].
    public @Nullable CompletionEvent next(Duration patience) throws InterruptedException {
        long untilNanos = System.nanoTime() + patience.toNanos();
        while (events.isEmpty()) {
            checkAlive();
            long waitNanos =
                    Math.min(untilNanos - System.nanoTime(), spec.deadline().remainingNanos());
            Signal signal = signals.poll(waitNanos, TimeUnit.NANOSECONDS);
            if (signal != null) {
                apply(signal);
            } else if (untilNanos - System.nanoTime() <= 0) {
                checkAlive();
                return null;
            }
        }
        return events.remove();
    }

    /// Frees every choice on every worker within a step and wakes the reader.
    public void cancel() {
        cancelled = true;
        generations.forEach(Generation::cancel);
        signals.wake();
    }

    /// Cancels what has not ended.
    @Override
    public void close() {
        generations.forEach(Generation::cancel);
    }

    private void checkAlive() {
        if (cancelled) {
            throw new ServingException(ErrorCode.CANCELLED, "request " + spec.requestId() + " was cancelled");
        }
        if (spec.deadline().expired()) {
            close();
            throw new ServingException(
                    ErrorCode.DEADLINE_EXCEEDED, "request " + spec.requestId() + " was not done before its deadline");
        }
    }

    private void apply(Signal signal) {
        switch (signal) {
            case Signal.PromptRead(int choice, var unseen) ->
                events.add(new CompletionEvent.PromptRead(choice, unseen.getAndSet(0)));
            case Signal.Scored(int choice, var scores) -> events.add(new PromptScored(choice, scores));
            case Signal.Generated(int choice, Token token) -> applyToken(choice, token);
            case Signal.Ended(int choice, FinishReason reason, Usage choiceUsage) ->
                applyEnd(choice, reason, choiceUsage);
            case Signal.Failed(int choice, ServingException error) -> applyFailure(choice, error);
            case Signal.Wake() -> {}
        }
    }

    private void applyToken(int choice, Token token) {
        ChoiceText text = choices.get(choice);
        if (text.ended()) {
            return; // chosen before the engine heard that a stop string was complete
        }
        usage.countToken();
        events.addAll(text.append(token));
        if (text.ended()) {
            generations.get(choice).cancel();
        }
    }

    private void applyEnd(int choice, FinishReason reason, Usage choiceUsage) {
        ChoiceText text = choices.get(choice);
        if (!text.ended()) {
            events.addAll(text.end(
                    switch (reason) {
                        case STOP -> Reason.STOP;
                        case LENGTH -> Reason.LENGTH;
                        case CANCELLED ->
                            throw new ServingException(
                                    ErrorCode.CANCELLED, "request " + spec.requestId() + " was cancelled");
                    }));
        }
        countEnd(choice, choiceUsage.cachedTokens());
    }

    private void applyFailure(int choice, ServingException error) {
        if (!choices.get(choice).ended()) {
            close();
            throw error;
        }
        countEnd(choice, 0);
    }

    private void countEnd(int choice, int cachedTokens) {
        usage.countEnd(choice, cachedTokens);
        if (usage.complete()) {
            events.add(new Finished(usage.total()));
        }
    }
}
