package io.thunderhead.coordinator.grpc;

import io.grpc.stub.ServerCallStreamObserver;
import io.thunderhead.coordinator.api.CompletionEvent;
import io.thunderhead.coordinator.api.CompletionEvent.Called;
import io.thunderhead.coordinator.api.CompletionEvent.ChoiceEnded;
import io.thunderhead.coordinator.api.CompletionEvent.Delta;
import io.thunderhead.coordinator.api.CompletionEvent.Finished;
import io.thunderhead.coordinator.api.CompletionEvent.PromptRead;
import io.thunderhead.coordinator.api.CompletionEvent.PromptScored;
import io.thunderhead.coordinator.api.CompletionEvent.Reason;
import io.thunderhead.coordinator.api.CompletionSpec;
import io.thunderhead.coordinator.api.CompletionStream;
import io.thunderhead.core.error.ErrorCode;
import io.thunderhead.core.error.ServingException;
import io.thunderhead.proto.v1.GenerateEvent;
import io.thunderhead.proto.v1.Tokens;
import java.time.Duration;

/// One Generate call: reads its completion and sends it on, on a virtual thread of its own. While the client is slow
/// this thread waits and the tokens stay in the completion's queue, which is as long as the answer may be; they
/// then go out merged.
final class GenerateCall {
    private static final int TOKENS_MAX_PER_EVENT = 256;
    /// Nothing happens at its end but another wait: the completion watches the deadline itself.
    private static final Duration PATIENCE = Duration.ofMinutes(1);

    private final CompletionSpec spec;
    private final CompletionStream completion;
    private final ServerCallStreamObserver<GenerateEvent> observer;
    private final ReadyGate gate;
    private final EventWriter writer;
    private final Tokens.Builder pending = Tokens.newBuilder();
    private Reason reason = Reason.STOP;
    private boolean finished;

    GenerateCall(CompletionSpec spec, CompletionStream completion, ServerCallStreamObserver<GenerateEvent> observer) {
        this.spec = spec;
        this.completion = completion;
        this.observer = observer;
        this.gate = new ReadyGate(observer, spec.deadline());
        this.writer = new EventWriter(spec.model());
    }

    /// Within the service's method, as gRPC wants it.
    void start() {
        observer.setOnReadyHandler(gate::changed);
        observer.setOnCancelHandler(() -> {
            completion.cancel();
            gate.changed();
        });
        Thread.ofVirtual().name("grpc-generate").start(this::run);
    }

    private void run() {
        try (completion) {
            send(writer.started(spec.requestId()));
            while (!finished) {
                forward();
            }
            observer.onCompleted();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            fail(new ServingException(ErrorCode.SHUTTING_DOWN, "the call's thread was interrupted", e));
        } catch (RuntimeException e) {
            fail(e);
        }
    }

    private void fail(RuntimeException error) {
        if (!observer.isCancelled()) {
            observer.onError(CallErrors.of(error));
        }
    }

    private void forward() throws InterruptedException {
        CompletionEvent event = completion.next(pending.getIdsCount() == 0 ? PATIENCE : Duration.ZERO);
        switch (event) {
            case null -> flush();
            case PromptRead read -> {}
            case PromptScored scored -> send(writer.promptScores(scored.scores()));
            case Delta delta -> append(delta);
            case Called call -> throw new IllegalStateException("function calls were not asked for: " + call);
            case ChoiceEnded end -> reason = end.reason();
            case Finished end -> {
                flush();
                send(EventWriter.ended(reason, end.usage()));
                finished = true;
            }
        }
    }

    private void append(Delta delta) throws InterruptedException {
        pending.setText(pending.getText() + delta.text());
        if (delta.token() != null) {
            pending.addIds(delta.token().id());
            if (delta.token().logprobs() != null) {
                pending.addLogprobs(writer.logprobs(delta.token().logprobs()));
            }
        }
        if (pending.getIdsCount() >= TOKENS_MAX_PER_EVENT) {
            flush();
        }
    }

    private void flush() throws InterruptedException {
        if (pending.getIdsCount() > 0 || !pending.getText().isEmpty()) {
            send(GenerateEvent.newBuilder().setTokens(pending).build());
            pending.clear();
        }
    }

    private void send(GenerateEvent event) throws InterruptedException {
        gate.await();
        observer.onNext(event);
    }
}
