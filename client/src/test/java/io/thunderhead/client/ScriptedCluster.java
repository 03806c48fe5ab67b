package io.thunderhead.client;

import io.grpc.Grpc;
import io.grpc.InsecureServerCredentials;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.thunderhead.core.error.ErrorCode;
import io.thunderhead.core.id.HostPort;
import io.thunderhead.proto.v1.ClusterGrpc;
import io.thunderhead.proto.v1.DetokenizeRequest;
import io.thunderhead.proto.v1.DetokenizeResponse;
import io.thunderhead.proto.v1.Ended;
import io.thunderhead.proto.v1.GenerateEvent;
import io.thunderhead.proto.v1.GenerateRequest;
import io.thunderhead.proto.v1.InferenceGrpc;
import io.thunderhead.proto.v1.ListModelsRequest;
import io.thunderhead.proto.v1.ListModelsResponse;
import io.thunderhead.proto.v1.Model;
import io.thunderhead.proto.v1.Node;
import io.thunderhead.proto.v1.Started;
import io.thunderhead.proto.v1.StatusRequest;
import io.thunderhead.proto.v1.StatusResponse;
import io.thunderhead.proto.v1.TokenizeRequest;
import io.thunderhead.proto.v1.TokenizeResponse;
import io.thunderhead.proto.v1.Tokens;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/// A coordinator on a free loopback port whose Generate does what the test's scripts say: the first script for
/// the first attempt, and so on; the last one for all that follow.
final class ScriptedCluster implements AutoCloseable {
    static final Script ANSWER = (request, observer) -> {
        observer.onNext(started(request.getRequestId()));
        observer.onNext(tokens("Hello", 1, 2));
        observer.onNext(tokens(", world", 3));
        observer.onNext(ended());
        observer.onCompleted();
    };
    static final Script SILENCE = (request, observer) -> {};

    @FunctionalInterface
    interface Script {
        void accept(GenerateRequest request, StreamObserver<GenerateEvent> observer);
    }

    final BlockingQueue<GenerateRequest> attempts = new LinkedBlockingQueue<>();
    final BlockingQueue<String> keys = new LinkedBlockingQueue<>();
    private final CountDownLatch cancelled = new CountDownLatch(1);
    private final List<Script> scripts;
    private final Server server;

    ScriptedCluster(Script... scripts) throws IOException {
        this.scripts = List.of(scripts);
        this.server = Grpc.newServerBuilderForPort(0, InsecureServerCredentials.create())
                .intercept(new KeyRecorder())
                .addService(new Inference())
                .addService(new Cluster())
                .build()
                .start();
    }

    static Script failing(ErrorCode code, String... trailers) {
        return (request, observer) -> observer.onError(error(code, trailers));
    }

    static StatusRuntimeException error(ErrorCode code, String... trailers) {
        Metadata metadata = new Metadata();
        metadata.put(key("thunderhead-error-code"), code.name());
        for (int i = 0; i < trailers.length; i += 2) {
            metadata.put(key(trailers[i]), trailers[i + 1]);
        }
        Status status = Status.Code.valueOf(code.grpcStatus()).toStatus().withDescription("as the script says");
        return new StatusRuntimeException(status, metadata);
    }

    static GenerateEvent started(String requestId) {
        return GenerateEvent.newBuilder()
                .setStarted(Started.newBuilder().setRequestId(requestId).setModel("m"))
                .build();
    }

    static GenerateEvent tokens(String text, Integer... ids) {
        return GenerateEvent.newBuilder()
                .setTokens(Tokens.newBuilder().setText(text).addAllIds(List.of(ids)))
                .build();
    }

    static GenerateEvent ended() {
        return GenerateEvent.newBuilder()
                .setEnded(Ended.newBuilder()
                        .setFinishReason(io.thunderhead.proto.v1.FinishReason.FINISH_REASON_STOP)
                        .setUsage(io.thunderhead.proto.v1.Usage.newBuilder()
                                .setPromptTokens(5)
                                .setCachedTokens(4)
                                .setCompletionTokens(3)))
                .build();
    }

    HostPort address() {
        return new HostPort("127.0.0.1", server.getPort());
    }

    /// Whether a client has cancelled a call within ten seconds.
    boolean sawCancel() throws InterruptedException {
        return cancelled.await(10, TimeUnit.SECONDS);
    }

    /// Cuts all connections.
    @Override
    public void close() {
        server.shutdownNow();
    }

    private static Metadata.Key<String> key(String name) {
        return Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER);
    }

    private final class Inference extends InferenceGrpc.InferenceImplBase {
        private int calls;

        @Override
        public synchronized void generate(GenerateRequest request, StreamObserver<GenerateEvent> observer) {
            attempts.add(request);
            ((ServerCallStreamObserver<GenerateEvent>) observer).setOnCancelHandler(cancelled::countDown);
            scripts.get(Math.min(calls++, scripts.size() - 1)).accept(request, observer);
        }

        @Override
        public void tokenize(TokenizeRequest request, StreamObserver<TokenizeResponse> observer) {
            observer.onNext(TokenizeResponse.newBuilder()
                    .addIds(request.getPrompt().getText().length())
                    .build());
            observer.onCompleted();
        }

        @Override
        public void detokenize(DetokenizeRequest request, StreamObserver<DetokenizeResponse> observer) {
            observer.onNext(DetokenizeResponse.newBuilder()
                    .setText("ids " + request.getIdsList())
                    .build());
            observer.onCompleted();
        }

        /// Fails the first time.
        @Override
        public synchronized void listModels(ListModelsRequest request, StreamObserver<ListModelsResponse> observer) {
            if (calls++ == 0) {
                observer.onError(error(ErrorCode.NOT_READY));
                return;
            }
            observer.onNext(ListModelsResponse.newBuilder()
                    .addModels(Model.newBuilder().setId("m").setContextMax(100).setVocabularySize(10))
                    .build());
            observer.onCompleted();
        }
    }

    private static final class Cluster extends ClusterGrpc.ClusterImplBase {
        @Override
        public void status(StatusRequest request, StreamObserver<StatusResponse> observer) {
            observer.onNext(StatusResponse.newBuilder()
                    .setReadiness("waits for expert-0")
                    .addNodes(Node.newBuilder()
                            .setId("expert-1")
                            .setRole("expert-worker")
                            .setAddress("h:1")
                            .setLoadedBytes(7))
                    .setPlan(io.thunderhead.proto.v1.Plan.newBuilder()
                            .setEpoch(3)
                            .addStages(io.thunderhead.proto.v1.Stage.newBuilder()
                                    .setNode("attention-0")
                                    .setEndLayer(8))
                            .addExpertHolders(io.thunderhead.proto.v1.ExpertHolder.newBuilder()
                                    .setNode("expert-1")
                                    .addLayers(io.thunderhead.proto.v1.LayerExperts.newBuilder()
                                            .setLayer(1)
                                            .addExperts(2))))
                    .build());
            observer.onCompleted();
        }
    }

    private final class KeyRecorder implements ServerInterceptor {
        @Override
        public <Q, A> ServerCall.Listener<Q> interceptCall(
                ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
            String value = headers.get(key("authorization"));
            keys.add(value == null ? "" : value);
            return next.startCall(call, headers);
        }
    }
}
