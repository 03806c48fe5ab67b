package io.thunderhead.coordinator.grpc;

import io.grpc.stub.StreamObserver;
import java.util.function.Supplier;

/// The one answer of a unary call, or its error.
final class Answer {
    private Answer() {}

    static <T> void send(StreamObserver<T> observer, Supplier<T> work) {
        try {
            observer.onNext(work.get());
            observer.onCompleted();
        } catch (RuntimeException e) {
            observer.onError(CallErrors.of(e));
        }
    }
}
