package io.thunderhead.coordinator.grpc;

import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.thunderhead.coordinator.api.RequestOutcomes;
import io.thunderhead.core.error.ErrorCode;
import io.thunderhead.proto.v1.InferenceGrpc;
import java.util.concurrent.atomic.AtomicBoolean;

/// Counts how calls of the inference service end, those that the client gives up among them.
final class OutcomeCounter implements ServerInterceptor {
    private final RequestOutcomes outcomes;

    OutcomeCounter(RequestOutcomes outcomes) {
        this.outcomes = outcomes;
    }

    @Override
    public <Q, A> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
        if (!InferenceGrpc.SERVICE_NAME.equals(call.getMethodDescriptor().getServiceName())) {
            return next.startCall(call, headers);
        }
        AtomicBoolean counted = new AtomicBoolean();
        ServerCall<Q, A> watched = new SimpleForwardingServerCall<>(call) {
            @Override
            public void close(Status status, Metadata trailers) {
                count(counted, status, trailers);
                super.close(status, trailers);
            }
        };
        return new SimpleForwardingServerCallListener<>(next.startCall(watched, headers)) {
            @Override
            public void onCancel() {
                count(counted, Status.CANCELLED, new Metadata());
                super.onCancel();
            }
        };
    }

    private void count(AtomicBoolean counted, Status status, Metadata trailers) {
        if (counted.getAndSet(true)) {
            return;
        }
        if (status.isOk()) {
            outcomes.answered();
        } else if (status.getCode() == Status.Code.CANCELLED) {
            outcomes.failed(ErrorCode.CANCELLED);
        } else {
            outcomes.failed(CallErrors.code(trailers));
        }
    }
}
