package io.thunderhead.coordinator.http;

import io.thunderhead.coordinator.api.ApiKeys;
import io.thunderhead.coordinator.api.RequestOutcomes;
import io.thunderhead.coordinator.openai.Endpoint;
import io.thunderhead.coordinator.pages.PageFile;
import io.thunderhead.coordinator.trace.RequestSpan;
import io.thunderhead.coordinator.trace.Telemetry;
import io.thunderhead.coordinator.trace.Tracing;
import io.thunderhead.core.error.ErrorCode;
import io.thunderhead.core.error.ErrorFamily;
import io.thunderhead.core.error.ServingException;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Takes a request from its head to its endpoint. Runs on the event loop, which never waits, up to the point where the
/// body is whole; then the request has a virtual thread of its own.
final class RequestHandler implements Handler<HttpServerRequest> {
    private static final Logger log = LoggerFactory.getLogger(RequestHandler.class);
    /// How long the rest of a refused body is dropped before the connection is closed, so that the client can read why.
    private static final long LINGER_MILLIS = 2000;

    /// What lies under it is for operators only.
    static final String ADMIN = "/admin/api/";

    private final Vertx vertx;
    private final HttpConfig config;
    private final Routes routes;
    private final ApiKeys keys;
    private final RequestGate gate;
    private final RequestOutcomes outcomes;
    private final Tracing tracing;

    RequestHandler(Vertx vertx, HttpConfig config, Routes routes, ApiKeys keys, RequestGate gate, Telemetry telemetry) {
        this.vertx = vertx;
        this.config = config;
        this.routes = routes;
        this.keys = keys;
        this.gate = gate;
        this.outcomes = new RequestOutcomes(telemetry.metrics(), "http");
        this.tracing = telemetry.tracing();
    }

    @Override
    public void handle(HttpServerRequest request) {
        String requestId = RequestIds.of(request.getHeader(RequestIds.HEADER));
        request.response().putHeader(RequestIds.HEADER, requestId);
        try {
            switch (routes.find(request.method().name(), request.path())) {
                case Routes.Match.ToView(Routes.View view, String argument) -> answerView(request, view, argument);
                case Routes.Match.ToPage(PageFile page) -> PageReply.send(request, page);
                case Routes.Match.ToEndpoint(Endpoint endpoint) -> accept(request, requestId, endpoint);
            }
        } catch (ServingException e) {
            refuse(request, e);
        } catch (RuntimeException e) {
            log.error("request {} failed", requestId, e);
            refuse(request, new ServingException(ErrorCode.INTERNAL, "the server failed on request " + requestId));
        }
    }

    @SuppressWarnings("FutureReturnValueIgnored") // the client may go away; then nobody reads the answer
    private void answerView(HttpServerRequest request, Routes.View view, String argument) {
        if (!view.open()) {
            clientOf(request);
        }
        Routes.ViewAnswer answer = view.answer().apply(argument);
        request.response().setStatusCode(answer.status()).putHeader("content-type", answer.contentType());
        request.response().end(answer.body());
    }

    @SuppressWarnings("FutureReturnValueIgnored") // what is done when the client goes away cannot fail
    private void accept(HttpServerRequest request, String requestId, Endpoint endpoint) {
        String client = clientOf(request);
        RequestBody.checkHead(request, config.maxBody().value());
        RequestGate.Ticket ticket = gate.enter();
        CompletableFuture<Void> gone = disconnectOf(request);
        gone.thenRun(ticket::close);
        writeLimits(request.response());
        if (request.headers().contains("expect", "100-continue", true)) {
            request.response().writeContinue();
        }
        RequestBody body = new RequestBody(ticket, config.maxBody().value());
        gone.thenRun(body::abandon);
        body.onFailure(error -> {
            ticket.close();
            refuse(request, error);
        });
        body.onWhole(bytes -> {
            VertxCall call = new VertxCall(request, requestId, client, bytes, config.writeTimeout(), gone);
            RequestSpan span = begin(request, requestId);
            Thread.ofVirtual().name("request-" + requestId).start(() -> serve(call, endpoint, ticket, span));
        });
        body.read(vertx, request, config.bodyTimeout());
    }

    /// Whom the key belongs to; throws UNAUTHENTICATED, or PERMISSION_DENIED where operators only may go.
    private String clientOf(HttpServerRequest request) {
        String client = keys.ownerOf(request.getHeader("authorization"));
        if (request.path().startsWith(ADMIN)) {
            checkOperator(request, client);
        }
        return client;
    }

    private void checkOperator(HttpServerRequest request, String client) {
        if (!client.equals(ApiKeys.ANONYMOUS) && !config.adminClients().contains(client)) {
            throw new ServingException(
                    ErrorCode.PERMISSION_DENIED,
                    "the dashboard is for the clients that http.admin-clients names; '" + client + "' is none of them");
        }
        // Another site's page can make a browser post a form here, but not one of this type.
        boolean acts = request.method().equals(HttpMethod.POST);
        if (acts && !request.headers().contains("content-type", "application/json", true)) {
            throw new ServingException(ErrorCode.INVALID_REQUEST, "content-type: expected application/json");
        }
    }

    /// Only generating is traced.
    private RequestSpan begin(HttpServerRequest request, String requestId) {
        return switch (request.path()) {
            case "/v1/chat/completions" -> tracing.begin("chat", requestId, request::getHeader);
            case "/v1/completions" -> tracing.begin("text_completion", requestId, request::getHeader);
            default -> RequestSpan.NONE;
        };
    }

    private static CompletableFuture<Void> disconnectOf(HttpServerRequest request) {
        CompletableFuture<Void> gone = new CompletableFuture<>();
        request.response().closeHandler(closed -> gone.complete(null));
        request.response().exceptionHandler(failure -> gone.complete(null));
        request.exceptionHandler(failure -> gone.complete(null));
        return gone;
    }

    private void writeLimits(HttpServerResponse response) {
        response.putHeader("x-ratelimit-limit-requests", Integer.toString(gate.requestsMax()));
        response.putHeader(
                "x-ratelimit-remaining-requests", Long.toString(Math.max(0, gate.requestsMax() - gate.inside())));
    }

    private void serve(VertxCall call, Endpoint endpoint, RequestGate.Ticket ticket, RequestSpan span) {
        try (ticket) {
            span.run(() -> endpoint.answer(call));
            call.finish();
            outcomes.answered();
        } catch (ServingException e) {
            failed(e, span);
            logFault(call, e);
            call.fail(ErrorReply.shown(e, call.requestId()));
        } catch (Throwable e) { // the thread's top: whatever it was, the client gets an answer
            ServingException fault = new ServingException(ErrorCode.INTERNAL, "unexpected", e);
            failed(fault, span);
            logFault(call, fault);
            call.fail(ErrorReply.shown(fault, call.requestId()));
        } finally {
            span.end();
        }
    }

    private void failed(ServingException error, RequestSpan span) {
        outcomes.failed(error.code());
        span.failed(error.code());
    }

    private static void logFault(VertxCall call, ServingException error) {
        if (error.code().family() == ErrorFamily.INTERNAL) {
            log.error("request {} failed: {}", call.requestId(), error.code(), error);
        }
    }

    /// Answers with the error. A long body that is still coming is dropped for a while, so that the client reads the
    /// answer before it sees the connection closed.
    private void refuse(HttpServerRequest request, ServingException error) {
        outcomes.failed(error.code());
        HttpServerResponse response = request.response();
        boolean bodyComing = !request.isEnded() && !RequestBody.isShort(request);
        boolean http1 = request.version() != HttpVersion.HTTP_2;
        if (bodyComing) {
            Runnable abandon = http1 ? request.connection()::close : () -> response.reset(0);
            request.handler(dropped -> {});
            request.endHandler(end -> {});
            vertx.setTimer(LINGER_MILLIS, id -> abandon.run());
        }
        if (bodyComing && http1) {
            response.putHeader("connection", "close");
        }
        ErrorReply.send(response, error);
    }
}
