package io.thunderhead.coordinator.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.Context;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.reflection.v1.ServerReflectionGrpc;
import io.grpc.reflection.v1.ServerReflectionRequest;
import io.grpc.reflection.v1.ServerReflectionResponse;
import io.grpc.reflection.v1.ServiceResponse;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import io.thunderhead.coordinator.api.Completions;
import io.thunderhead.coordinator.engine.TokenSink.FinishReason;
import io.thunderhead.coordinator.testing.FakeEngine;
import io.thunderhead.coordinator.testing.FakeGeneration;
import io.thunderhead.coordinator.testing.FakeModels;
import io.thunderhead.coordinator.testing.FakeTokenizer;
import io.thunderhead.coordinator.trace.Telemetry;
import io.thunderhead.core.config.Bytes;
import io.thunderhead.core.error.ErrorCode;
import io.thunderhead.core.error.ServingException;
import io.thunderhead.core.id.HostPort;
import io.thunderhead.metrics.NodeMetrics;
import io.thunderhead.proto.v1.Chat;
import io.thunderhead.proto.v1.ChatMessage;
import io.thunderhead.proto.v1.ClusterGrpc;
import io.thunderhead.proto.v1.DetokenizeRequest;
import io.thunderhead.proto.v1.GenerateEvent;
import io.thunderhead.proto.v1.GenerateRequest;
import io.thunderhead.proto.v1.InferenceGrpc;
import io.thunderhead.proto.v1.ListModelsRequest;
import io.thunderhead.proto.v1.Model;
import io.thunderhead.proto.v1.Prompt;
import io.thunderhead.proto.v1.StatusRequest;
import io.thunderhead.proto.v1.StatusResponse;
import io.thunderhead.proto.v1.TokenizeRequest;
import io.thunderhead.proto.v1.Tokens;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class GrpcApiIT {
    private static final String KEY = "secret";
    private static final GrpcConfig CONFIG = new GrpcConfig(
            "127.0.0.1",
            0,
            Bytes.mebibytes(1),
            Duration.ofSeconds(30),
            Duration.ofSeconds(30),
            Duration.ofSeconds(10),
            Duration.ofMillis(100),
            Optional.empty(),
            Optional.empty());

    private final TestCluster cluster = new TestCluster();
    private final List<AutoCloseable> open = new ArrayList<>();

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable each : open.reversed()) {
            each.close();
        }
    }

    @Test
    void streamsStartedThenTokensThenEnded() {
        var inference = inference(answering("héllo"));

        List<GenerateEvent> events =
                all(inference.generate(prompt("hi").setRequestId("r-1").build()));

        assertThat(events.getFirst().getStarted().getRequestId()).isEqualTo("r-1");
        assertThat(events.getFirst().getStarted().getModel()).isEqualTo("fake");
        assertThat(text(events)).isEqualTo("héllo");
        assertThat(ids(events)).containsExactly(104, 195, 169, 108, 108, 111, FakeTokenizer.END);
        var ended = events.getLast().getEnded();
        assertThat(ended.getFinishReason()).isEqualTo(io.thunderhead.proto.v1.FinishReason.FINISH_REASON_STOP);
        assertThat(ended.getUsage().getPromptTokens()).isEqualTo(2);
        assertThat(ended.getUsage().getCachedTokens()).isEqualTo(FakeGeneration.CACHED_TOKENS);
        assertThat(ended.getUsage().getCompletionTokens()).isEqualTo(7);
    }

    @Test
    void endsBeforeStopTextAndAtMaxTokens() {
        var inference = inference(answering("one two three"));

        assertThat(text(all(inference.generate(prompt("hi").addStop("two").build()))))
                .isEqualTo("one ");
        List<GenerateEvent> cut =
                all(inference.generate(prompt("hi").setMaxTokens(3).build()));
        assertThat(text(cut)).isEqualTo("one");
        assertThat(cut.getLast().getEnded().getFinishReason())
                .isEqualTo(io.thunderhead.proto.v1.FinishReason.FINISH_REASON_LENGTH);
    }

    @Test
    void rendersChatAndTokenizesAndDetokenizes() {
        var inference = inference(answering("x"));
        Prompt chat = Prompt.newBuilder()
                .setChat(Chat.newBuilder()
                        .addMessages(ChatMessage.newBuilder().setRole("user").setContent("hi")))
                .build();

        List<Integer> ids = inference
                .tokenize(TokenizeRequest.newBuilder().setPrompt(chat).build())
                .getIdsList();

        assertThat(inference
                        .detokenize(
                                DetokenizeRequest.newBuilder().addAllIds(ids).build())
                        .getText())
                .isEqualTo("user: hi\nassistant: ");
    }

    @Test
    void reportsLogprobsAndPromptScores() {
        var inference = inference(answering("ab"));

        List<GenerateEvent> events = all(inference.generate(
                prompt("xyz").setLogprobs(2).setPromptLogprobs(1).build()));

        assertThat(events.get(1).getPromptScores().getScoresList())
                .extracting(score -> score.getToken().getBytes().toStringUtf8())
                .containsExactly("y", "z");
        List<io.thunderhead.proto.v1.TokenLogprobs> logprobs = tokens(events).stream()
                .flatMap(tokens -> tokens.getLogprobsList().stream())
                .toList();
        assertThat(logprobs).hasSize(3);
        assertThat(logprobs.getFirst().getToken().getId()).isEqualTo('a');
        assertThat(logprobs.getFirst().getAlternativesList()).hasSize(2);
    }

    @Test
    void errorsNameCodeParameterAndRetryAfter() {
        var inference = inference(FakeEngine.manual().runningMax(0));

        StatusRuntimeException full =
                failure(() -> all(inference.generate(prompt("hi").build())));
        assertThat(full.getStatus().getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
        assertThat(trailer(full, "thunderhead-error-code")).isEqualTo("QUEUE_FULL");
        assertThat(trailer(full, "thunderhead-retry-after-ms")).isEqualTo("1500");

        StatusRuntimeException unknown = failure(
                () -> all(inference.generate(prompt("hi").setModel("other").build())));
        assertThat(unknown.getStatus().getCode()).isEqualTo(Status.Code.NOT_FOUND);
        assertThat(trailer(unknown, "thunderhead-parameter")).isEqualTo("model");
    }

    @Test
    void failureInMidAnswerComesAfterTheTokensBeforeIt() {
        FakeEngine engine = FakeEngine.manual();
        Iterator<GenerateEvent> events = inference(engine).generate(prompt("hi").build());
        FakeGeneration generation = engine.awaitGeneration();

        generation.emit("ab");
        generation.fail(new ServingException(ErrorCode.WORKER_LOST, "expert-0 is gone"));

        assertThat(events.next().hasStarted()).isTrue();
        StatusRuntimeException failure = failure(() -> all(events));
        assertThat(trailer(failure, "thunderhead-error-code")).isEqualTo("WORKER_LOST");
    }

    @Test
    void refusesUnknownKeysButAnswersHealthChecksWithout() {
        HostPort server = start(answering("x"));
        ManagedChannel channel = channel(server);

        StatusRuntimeException refused = failure(() -> all(InferenceGrpc.newBlockingStub(channel)
                .withDeadlineAfter(10, TimeUnit.SECONDS)
                .generate(prompt("hi").build())));

        assertThat(refused.getStatus().getCode()).isEqualTo(Status.Code.UNAUTHENTICATED);
        assertThat(trailer(refused, "thunderhead-error-code")).isEqualTo("UNAUTHENTICATED");
        assertThat(HealthGrpc.newBlockingStub(channel)
                        .withDeadlineAfter(10, TimeUnit.SECONDS)
                        .check(HealthCheckRequest.getDefaultInstance())
                        .getStatus())
                .isEqualTo(ServingStatus.SERVING);
    }

    @Test
    void cancellingTheCallFreesTheSequence() throws Exception {
        FakeEngine engine = FakeEngine.manual();
        var inference = inference(engine);
        Context.CancellableContext context = Context.current().withCancellation();
        context.run(() -> inference.generate(prompt("hi").build()));
        FakeGeneration generation = engine.awaitGeneration();

        context.cancel(null);

        assertThat(generation.awaitCancel(10)).isTrue();
    }

    @Test
    void clientsDeadlineEndsTheSequence() throws Exception {
        FakeEngine engine = FakeEngine.manual();
        var inference = inference(engine).withDeadlineAfter(300, TimeUnit.MILLISECONDS);

        StatusRuntimeException late =
                failure(() -> all(inference.generate(prompt("hi").build())));

        assertThat(late.getStatus().getCode()).isEqualTo(Status.Code.DEADLINE_EXCEEDED);
        assertThat(engine.awaitGeneration().awaitCancel(10)).isTrue();
    }

    @Test
    void slowClientHoldsUpNobodyAndGetsEverything() throws Exception {
        FakeEngine engine = FakeEngine.manual();
        ManagedChannel channel = channel(start(engine));
        SlowReader reader = new SlowReader();
        ClientCall<GenerateRequest, GenerateEvent> call =
                channel.newCall(InferenceGrpc.getGenerateMethod(), CallOptions.DEFAULT);
        call.start(reader, withKey());
        call.sendMessage(prompt("hi").setMaxTokens(4000).setLogprobs(20).build());
        call.halfClose();
        FakeGeneration generation = engine.awaitGeneration();

        generation.emit("x".repeat(4000));
        generation.end(FinishReason.LENGTH);
        Iterator<GenerateEvent> other = InferenceGrpc.newBlockingStub(channel)
                .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(withKey()))
                .withDeadlineAfter(10, TimeUnit.SECONDS)
                .generate(prompt("hi").build());
        engine.awaitGeneration().end(FinishReason.STOP);
        assertThat(all(other)).hasSize(2);
        while (!reader.ended.isDone()) {
            call.request(1);
            reader.progress.poll(10, TimeUnit.SECONDS);
        }

        assertThat(reader.ended.join().isOk()).isTrue();
        assertThat(ids(reader.events)).hasSize(4000);
    }

    @Test
    void healthFollowsReadiness() throws Exception {
        ManagedChannel channel = channel(start(answering("x")));
        BlockingQueue<ServingStatus> seen = new LinkedBlockingQueue<>();
        HealthGrpc.newStub(channel).watch(HealthCheckRequest.getDefaultInstance(), new StreamObserver<>() {
            @Override
            public void onNext(HealthCheckResponse health) {
                seen.add(health.getStatus());
            }

            @Override
            public void onError(Throwable failure) {}

            @Override
            public void onCompleted() {}
        });
        assertThat(seen.poll(10, TimeUnit.SECONDS)).isEqualTo(ServingStatus.SERVING);

        cluster.readiness(false, "expert-0 is not there");

        assertThat(seen.poll(10, TimeUnit.SECONDS)).isEqualTo(ServingStatus.NOT_SERVING);
    }

    @Test
    void tellsNodesPlanAndReadiness() {
        ManagedChannel channel = channel(start(answering("x")));
        cluster.readiness(false, "waits for expert-0");

        StatusResponse status = ClusterGrpc.newBlockingStub(channel)
                .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(withKey()))
                .withDeadlineAfter(10, TimeUnit.SECONDS)
                .status(StatusRequest.getDefaultInstance());

        assertThat(status.getReady()).isFalse();
        assertThat(status.getReadiness()).isEqualTo("waits for expert-0");
        assertThat(status.getNodes(1).getDetail()).isEqualTo("loading layer 1");
        assertThat(status.getPlan().getEpoch()).isEqualTo(7);
        assertThat(status.getPlan().getStages(0).getEndLayer()).isEqualTo(2);
        assertThat(status.getPlan().getExpertHolders(0).getLayers(1).getExpertsList())
                .containsExactly(0, 2);
    }

    @Test
    void listsModels() {
        assertThat(inference(answering("x"))
                        .listModels(ListModelsRequest.getDefaultInstance())
                        .getModelsList())
                .extracting(Model::getId)
                .containsExactly("fake", "bare");
    }

    @Test
    void reflectionNamesTheServices() throws Exception {
        ManagedChannel channel = channel(start(answering("x")));
        CompletableFuture<ServerReflectionResponse> answer = new CompletableFuture<>();
        StreamObserver<ServerReflectionRequest> ask = ServerReflectionGrpc.newStub(channel)
                .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(withKey()))
                .serverReflectionInfo(new StreamObserver<>() {
                    @Override
                    public void onNext(ServerReflectionResponse response) {
                        answer.complete(response);
                    }

                    @Override
                    public void onError(Throwable failure) {
                        answer.completeExceptionally(failure);
                    }

                    @Override
                    public void onCompleted() {}
                });

        ask.onNext(ServerReflectionRequest.newBuilder().setListServices("*").build());

        assertThat(answer.get(10, TimeUnit.SECONDS).getListServicesResponse().getServiceList())
                .extracting(ServiceResponse::getName)
                .contains("thunderhead.v1.Inference", "thunderhead.v1.Cluster", "grpc.health.v1.Health");
        ask.onCompleted();
    }

    private HostPort start(FakeEngine engine) {
        GrpcApiServer server = new GrpcApiServer(
                CONFIG,
                FakeModels.ALL,
                new Completions(engine),
                cluster,
                GrpcApiIT::clientOf,
                Telemetry.untraced(new NodeMetrics("test")));
        open.add(server);
        return server.start();
    }

    private ManagedChannel channel(HostPort server) {
        ManagedChannel channel = Grpc.newChannelBuilderForAddress(
                        server.host(), server.port(), InsecureChannelCredentials.create())
                .build();
        open.add(channel::shutdownNow);
        return channel;
    }

    private InferenceGrpc.InferenceBlockingStub inference(FakeEngine engine) {
        return InferenceGrpc.newBlockingStub(channel(start(engine)))
                .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(withKey()))
                .withDeadlineAfter(20, TimeUnit.SECONDS);
    }

    private static String clientOf(String key) {
        if (!key.equals(KEY)) {
            throw new ServingException(ErrorCode.UNAUTHENTICATED, "the API key is not known");
        }
        return "tests";
    }

    private static Metadata withKey() {
        Metadata headers = new Metadata();
        headers.put(Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER), "Bearer " + KEY);
        return headers;
    }

    private static FakeEngine answering(String text) {
        return FakeEngine.scripted(request -> new FakeTokenizer().encode(text + "<end>"));
    }

    private static GenerateRequest.Builder prompt(String text) {
        return GenerateRequest.newBuilder().setPrompt(Prompt.newBuilder().setText(text));
    }

    private static List<GenerateEvent> all(Iterator<GenerateEvent> events) {
        List<GenerateEvent> all = new ArrayList<>();
        events.forEachRemaining(all::add);
        return all;
    }

    private static List<Tokens> tokens(List<GenerateEvent> events) {
        return events.stream()
                .filter(GenerateEvent::hasTokens)
                .map(GenerateEvent::getTokens)
                .toList();
    }

    private static String text(List<GenerateEvent> events) {
        return String.join("", tokens(events).stream().map(Tokens::getText).toList());
    }

    private static List<Integer> ids(List<GenerateEvent> events) {
        return tokens(events).stream()
                .flatMap(tokens -> tokens.getIdsList().stream())
                .toList();
    }

    private static StatusRuntimeException failure(Runnable call) {
        return catchThrowableOfType(StatusRuntimeException.class, call::run);
    }

    private static String trailer(StatusRuntimeException failure, String name) {
        Metadata trailers = failure.getTrailers();
        String value = trailers == null ? null : trailers.get(Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER));
        return value == null ? "" : value;
    }

    /// Gets what it asks for, one event at a time.
    private static final class SlowReader extends ClientCall.Listener<GenerateEvent> {
        final List<GenerateEvent> events = new ArrayList<>();
        final BlockingQueue<Integer> progress = new LinkedBlockingQueue<>();
        final CompletableFuture<Status> ended = new CompletableFuture<>();

        @Override
        public void onMessage(GenerateEvent event) {
            events.add(event);
            progress.add(events.size());
        }

        @Override
        public void onClose(Status status, Metadata trailers) {
            ended.complete(status);
            progress.add(-1);
        }
    }
}
