package io.thunderhead.coordinator.grpc;

import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.thunderhead.proto.v1.GenerateEvent;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/// The server's view of a client that is not ready until the test lets it read everything.
final class StepwiseClient extends ServerCallStreamObserver<GenerateEvent> {
    private final List<GenerateEvent> events = new ArrayList<>();
    private final CompletableFuture<Status> end = new CompletableFuture<>();
    private final CompletableFuture<Runnable> onReady = new CompletableFuture<>();
    private volatile boolean ready;

    void readAll() {
        ready = true;
        onReady.join().run();
    }

    synchronized List<GenerateEvent> events() {
        return List.copyOf(events);
    }

    Status awaitEnd() {
        return end.orTimeout(10, TimeUnit.SECONDS).join();
    }

    @Override
    public boolean isReady() {
        return ready;
    }

    @Override
    public boolean isCancelled() {
        return false;
    }

    @Override
    public synchronized void onNext(GenerateEvent event) {
        events.add(event);
    }

    @Override
    public void onError(Throwable failure) {
        end.complete(Status.fromThrowable(failure));
    }

    @Override
    public void onCompleted() {
        end.complete(Status.OK);
    }

    @Override
    public void setOnReadyHandler(Runnable handler) {
        onReady.complete(handler);
    }

    @Override
    public void setOnCancelHandler(Runnable handler) {}

    @Override
    public void setCompression(String compression) {}

    @Override
    public void setMessageCompression(boolean enabled) {}

    @Override
    public void disableAutoInboundFlowControl() {}

    @Override
    public void request(int count) {}
}
