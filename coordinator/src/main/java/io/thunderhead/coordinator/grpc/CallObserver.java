package io.thunderhead.coordinator.grpc;

import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.thunderhead.coordinator.api.RequestOutcomes;
import io.thunderhead.coordinator.trace.RequestSpan;
import io.thunderhead.coordinator.trace.Telemetry;
import io.thunderhead.coordinator.trace.Tracing;
import io.thunderhead.core.error.ErrorCode;
import io.thunderhead.proto.v1.InferenceGrpc;
import java.util.concurrent.atomic.AtomicBoolean;

/// Counts how calls of the inference service end, those that the client gives up among them, and traces the ones that
/// generate.
final class CallObserver implements ServerInterceptor {
    private final RequestOutcomes outcomes;
    private final Tracing tracing;

    CallObserver(Telemetry telemetry) {
        this.outcomes = new RequestOutcomes(telemetry.metrics(), "grpc");
        this.tracing = telemetry.tracing();
    }

    @Override
    public <Q, A> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
        if (!InferenceGrpc.SERVICE_NAME.equals(call.getMethodDescriptor().getServiceName())) {
            return next.startCall(call, headers);
        }
        CallEnd end = new CallEnd(begin(call, headers));
        ServerCall<Q, A> watched = new SimpleForwardingServerCall<>(call) {
            @Override
            public void close(Status status, Metadata trailers) {
                end.closed(status, trailers);
                super.close(status, trailers);
            }
        };
        return new SimpleForwardingServerCallListener<>(next.startCall(watched, headers)) {
            @Override
            public void onHalfClose() { // the request is whole: the service is called within
                end.span.run(super::onHalfClose);
            }

            @Override
            public void onCancel() {
                end.closed(Status.CANCELLED, new Metadata());
                super.onCancel();
            }
        };
    }

    private RequestSpan begin(ServerCall<?, ?> call, Metadata headers) {
        boolean generates = call.getMethodDescriptor()
                .getFullMethodName()
                .equals(InferenceGrpc.getGenerateMethod().getFullMethodName());
        return generates ? tracing.begin("generate_content", "", name -> headers.get(key(name))) : RequestSpan.NONE;
    }

    private static Metadata.Key<String> key(String name) {
        return Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER);
    }

    /// Happens once, whoever comes first.
    private final class CallEnd {
        private final RequestSpan span;
        private final AtomicBoolean over = new AtomicBoolean();

        CallEnd(RequestSpan span) {
            this.span = span;
        }

        void closed(Status status, Metadata trailers) {
            if (over.getAndSet(true)) {
                return;
            }
            if (status.isOk()) {
                outcomes.answered();
            } else {
                ErrorCode code =
                        status.getCode() == Status.Code.CANCELLED ? ErrorCode.CANCELLED : CallErrors.code(trailers);
                outcomes.failed(code);
                span.failed(code);
            }
            span.end();
        }
    }
}
