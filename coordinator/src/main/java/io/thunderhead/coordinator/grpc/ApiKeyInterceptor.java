package io.thunderhead.coordinator.grpc;

import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.health.v1.HealthGrpc;
import io.thunderhead.core.error.ServingException;
import java.util.Locale;
import java.util.Objects;

/// Lets calls through whose key is known, and says to whom it belongs. Health checks need none: probes have no keys.
final class ApiKeyInterceptor implements ServerInterceptor {
    private static final Metadata.Key<String> AUTHORIZATION =
            Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);
    private static final String SCHEME = "bearer ";
    private static final Context.Key<String> CLIENT = Context.key("client");

    private final ClientKeys keys;

    ApiKeyInterceptor(ClientKeys keys) {
        this.keys = keys;
    }

    /// Name of the client whose call the current thread handles.
    static String currentClient() {
        return Objects.requireNonNull(CLIENT.get());
    }

    @Override
    public <Q, A> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
        if (HealthGrpc.SERVICE_NAME.equals(call.getMethodDescriptor().getServiceName())) {
            return next.startCall(call, headers);
        }
        try {
            String client = keys.clientOf(keyIn(headers));
            return Contexts.interceptCall(Context.current().withValue(CLIENT, client), call, headers, next);
        } catch (ServingException e) {
            call.close(CallErrors.status(e), CallErrors.trailers(e));
            return new ServerCall.Listener<>() {};
        }
    }

    private static String keyIn(Metadata headers) {
        String value = headers.get(AUTHORIZATION);
        return value != null && value.toLowerCase(Locale.ROOT).startsWith(SCHEME)
                ? value.substring(SCHEME.length()).strip()
                : "";
    }
}
