package io.thunderhead.client;

import static io.thunderhead.client.ScriptedCluster.ANSWER;
import static io.thunderhead.client.ScriptedCluster.SILENCE;
import static io.thunderhead.client.ScriptedCluster.failing;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.thunderhead.core.error.ErrorCode;
import io.thunderhead.core.error.ErrorFamily;
import io.thunderhead.core.error.ServingException;
import io.thunderhead.core.id.HostPort;
import io.thunderhead.core.id.NodeId;
import io.thunderhead.core.time.Deadline;
import io.thunderhead.proto.v1.GenerateRequest;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class ThunderheadClientIT {
    private static final GenerationRequest REQUEST =
            GenerationRequest.builder(Prompt.text("hi")).requestId("r-1").build();
    private static final RetryPolicy QUICK = new RetryPolicy(3, Duration.ofMillis(1), Duration.ofMillis(10));

    private final List<AutoCloseable> open = new ArrayList<>();

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable each : open.reversed()) {
            each.close();
        }
    }

    @Test
    void generateGivesTheWholeAnswer() throws Exception {
        GenerationResult result = client(cluster(ANSWER)).generate(REQUEST);

        assertThat(result)
                .isEqualTo(new GenerationResult(
                        "r-1",
                        "m",
                        "Hello, world",
                        List.of(1, 2, 3),
                        List.of(),
                        List.of(),
                        FinishReason.STOP,
                        new Usage(5, 4, 3)));
    }

    @Test
    void streamGivesEventsInOrder() throws Exception {
        List<GenerationEvent> events = new ArrayList<>();

        try (GenerationStream stream = client(cluster(ANSWER)).stream(REQUEST)) {
            stream.forEachRemaining(events::add);
        }

        assertThat(events)
                .containsExactly(
                        new GenerationEvent.Started("r-1", "m"),
                        new GenerationEvent.Tokens("Hello", List.of(1, 2), List.of()),
                        new GenerationEvent.Tokens(", world", List.of(3), List.of()),
                        new GenerationEvent.Ended(FinishReason.STOP, new Usage(5, 4, 3)));
    }

    @Test
    void requestsArriveWhole() throws Exception {
        ScriptedCluster cluster = cluster(ANSWER);
        ThunderheadClient client = client(cluster);

        client.generate(GenerationRequest.builder(Prompt.chat(ChatMessage.system("be brief"), ChatMessage.user("hi")))
                .sampling(Sampling.builder()
                        .temperature(0)
                        .logitBias(7, -1.5f)
                        .seed(-9)
                        .build())
                .maxTokens(0)
                .stop("a", "b")
                .logprobs(0)
                .build());

        GenerateRequest wire = cluster.attempts.remove();
        assertThat(wire.getPrompt().getChat().getMessages(0).getRole()).isEqualTo("system");
        assertThat(wire.getSampling().hasTemperature()).isTrue();
        assertThat(wire.getSampling().hasTopP()).isFalse();
        assertThat(wire.getSampling().getSeed()).isEqualTo(-9);
        assertThat(wire.getSampling().getLogitBiasMap()).isEqualTo(Map.of(7, -1.5f));
        assertThat(wire.hasMaxTokens()).isTrue();
        assertThat(wire.getStopList()).containsExactly("a", "b");
        assertThat(wire.hasLogprobs()).isTrue();
        assertThat(wire.hasPromptLogprobs()).isFalse();
        assertThat(cluster.keys.remove()).isEqualTo("Bearer secret");
    }

    @Test
    void sendsAgainWhenNoWorkWasDone() throws Exception {
        ScriptedCluster cluster = cluster(failing(ErrorCode.NOT_READY), failing(ErrorCode.WORKER_LOST), ANSWER);

        assertThat(client(cluster).generate(REQUEST).text()).isEqualTo("Hello, world");
        assertThat(cluster.attempts).hasSize(3);
    }

    @Test
    void givesUpAfterItsAttemptsWithTheClustersError() throws Exception {
        ScriptedCluster cluster = cluster(failing(ErrorCode.SHUTTING_DOWN));

        assertThat(failure(() -> client(cluster).generate(REQUEST)).code()).isEqualTo(ErrorCode.SHUTTING_DOWN);
        assertThat(cluster.attempts).hasSize(3);
    }

    @Test
    void doesNotSendAgainAfterTheFirstEvent() throws Exception {
        ScriptedCluster cluster = cluster((request, observer) -> {
            observer.onNext(ScriptedCluster.started("r-1"));
            observer.onError(ScriptedCluster.error(ErrorCode.WORKER_LOST));
        });

        assertThat(failure(() -> client(cluster).generate(REQUEST)).code()).isEqualTo(ErrorCode.WORKER_LOST);
        assertThat(cluster.attempts).hasSize(1);
    }

    @Test
    void doesNotSendWrongRequestsAgainAndNamesTheParameter() throws Exception {
        ScriptedCluster cluster = cluster(failing(ErrorCode.INVALID_REQUEST, "thunderhead-parameter", "top_p"));

        ServingException error = failure(() -> client(cluster).generate(REQUEST));

        assertThat(error.code()).isEqualTo(ErrorCode.INVALID_REQUEST);
        assertThat(error.parameter()).contains("top_p");
        assertThat(error).hasMessage("as the script says");
        assertThat(cluster.attempts).hasSize(1);
    }

    @Test
    void waitsForCapacityAsLongAsAsked() throws Exception {
        ScriptedCluster cluster = cluster(failing(ErrorCode.QUEUE_FULL, "thunderhead-retry-after-ms", "150"), ANSWER);
        ThunderheadClient client = client(cluster);
        long start = System.nanoTime();

        client.generate(REQUEST);

        assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThanOrEqualTo(Duration.ofMillis(150));
        assertThat(cluster.attempts).hasSize(2);
    }

    @Test
    void doesNotWaitForCapacityPastTheDeadline() throws Exception {
        ScriptedCluster cluster = cluster(failing(ErrorCode.QUEUE_FULL, "thunderhead-retry-after-ms", "60000"));

        ServingException error = failure(() -> client(cluster).generate(REQUEST));

        assertThat(error.code()).isEqualTo(ErrorCode.QUEUE_FULL);
        assertThat(error.retryAfter()).contains(Duration.ofMinutes(1));
    }

    @Test
    void endsAtTheCallsDeadline() throws Exception {
        ScriptedCluster cluster = cluster(SILENCE);
        ThunderheadClient client = client(cluster).withTimeout(Duration.ofMillis(300));

        assertThat(failure(() -> client.generate(REQUEST)).code()).isEqualTo(ErrorCode.DEADLINE_EXCEEDED);
        assertThat(cluster.sawCancel()).isTrue();
    }

    @Test
    void closingTheStreamCancelsTheCallAndWakesItsReader() throws Exception {
        ScriptedCluster cluster = cluster(SILENCE);
        GenerationStream stream = client(cluster).stream(REQUEST);
        cluster.attempts.poll(10, TimeUnit.SECONDS);

        Thread.ofVirtual().start(stream::close);

        assertThat(failure(stream::next).code()).isEqualTo(ErrorCode.CANCELLED);
        assertThat(cluster.sawCancel()).isTrue();
    }

    @Test
    void interruptingTheReaderCancelsTheCall() throws Exception {
        ScriptedCluster cluster = cluster(SILENCE);
        ThunderheadClient client = client(cluster);
        CompletableFuture<ServingException> failure = new CompletableFuture<>();
        Thread reader = Thread.ofVirtual().start(() -> failure.complete(failure(() -> client.generate(REQUEST))));
        cluster.attempts.poll(10, TimeUnit.SECONDS);

        reader.interrupt();

        assertThat(failure.get(10, TimeUnit.SECONDS).code()).isEqualTo(ErrorCode.CANCELLED);
        assertThat(cluster.sawCancel()).isTrue();
    }

    @Test
    void closingEndsTheWaitBetweenAttempts() throws Exception {
        ScriptedCluster cluster = cluster(failing(ErrorCode.QUEUE_FULL, "thunderhead-retry-after-ms", "15000"));
        GenerationStream stream = client(cluster).stream(REQUEST);
        cluster.attempts.poll(10, TimeUnit.SECONDS);
        long start = System.nanoTime();

        Thread.ofVirtual().start(stream::close);

        assertThat(failure(stream::next).code()).isEqualTo(ErrorCode.CANCELLED);
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(10));
    }

    @Test
    void cancellingTheFutureCancelsTheCall() throws Exception {
        ScriptedCluster cluster = cluster(SILENCE);
        var future = client(cluster).generateAsync(REQUEST);
        cluster.attempts.poll(10, TimeUnit.SECONDS);

        future.cancel(true);

        assertThat(cluster.sawCancel()).isTrue();
    }

    @Test
    void aTimeoutOfTheFutureCancelsTheCall() throws Exception {
        ScriptedCluster cluster = cluster(SILENCE);
        var future = client(cluster).generateAsync(REQUEST);
        cluster.attempts.poll(10, TimeUnit.SECONDS);

        future.orTimeout(1, TimeUnit.MILLISECONDS);

        assertThat(cluster.sawCancel()).isTrue();
    }

    @Test
    void futureBringsAnswerOrError() throws Exception {
        assertThat(client(cluster(ANSWER))
                        .generateAsync(REQUEST)
                        .get(10, TimeUnit.SECONDS)
                        .text())
                .isEqualTo("Hello, world");
        assertThat(client(cluster(failing(ErrorCode.NOT_FOUND))).generateAsync(REQUEST))
                .failsWithin(Duration.ofSeconds(10))
                .withThrowableThat()
                .havingCause()
                .isInstanceOf(ServingException.class);
    }

    /// The whole answer is there, but the subscription's time is over as soon as it has to wait for demand.
    @Test
    void subscriberGetsNoMoreThanItAskedFor() throws Exception {
        CollectingSubscriber subscriber = new CollectingSubscriber();
        GenerationStream stream = client(cluster(ANSWER)).stream(REQUEST);
        var subscription = new GenerationSubscription(stream, subscriber, Deadline.after(Duration.ZERO));

        subscription.request(2);
        subscription.run();

        assertThat(subscriber.seen()).hasSize(2);
        assertThat(subscriber.ended())
                .failsWithin(Duration.ZERO)
                .withThrowableThat()
                .havingCause()
                .isInstanceOfSatisfying(
                        ServingException.class,
                        error -> assertThat(error.code()).isEqualTo(ErrorCode.DEADLINE_EXCEEDED));
    }

    @Test
    void publisherGoesOnWhenMoreIsAskedFor() throws Exception {
        CollectingSubscriber subscriber = new CollectingSubscriber();
        client(cluster(ANSWER)).publisher(REQUEST).subscribe(subscriber);

        subscriber.request(2);
        subscriber.await(2);
        subscriber.request(Long.MAX_VALUE);

        assertThat(subscriber.ended()).succeedsWithin(Duration.ofSeconds(10));
        assertThat(subscriber.seen()).hasSize(4).last().isInstanceOf(GenerationEvent.Ended.class);
    }

    @Test
    void cancelledSubscriptionCancelsTheCall() throws Exception {
        ScriptedCluster cluster = cluster(SILENCE);
        CollectingSubscriber subscriber = new CollectingSubscriber();
        client(cluster).publisher(REQUEST).subscribe(subscriber);
        subscriber.request(1);
        cluster.attempts.poll(10, TimeUnit.SECONDS);

        subscriber.cancel();

        assertThat(cluster.sawCancel()).isTrue();
    }

    @Test
    void publisherReportsErrorsAndWrongDemand() throws Exception {
        CollectingSubscriber failed = new CollectingSubscriber();
        client(cluster(failing(ErrorCode.NOT_FOUND))).publisher(REQUEST).subscribe(failed);
        failed.request(1);
        CollectingSubscriber wrong = new CollectingSubscriber();
        client(cluster(ANSWER)).publisher(REQUEST).subscribe(wrong);
        wrong.request(0);

        assertThat(failed.ended())
                .failsWithin(Duration.ofSeconds(10))
                .withThrowableThat()
                .havingCause()
                .isInstanceOf(ServingException.class);
        assertThat(wrong.ended())
                .failsWithin(Duration.ofSeconds(10))
                .withThrowableThat()
                .havingCause()
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void unreachableClusterIsUnavailable() throws Exception {
        int port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }

        ServingException error =
                failure(() -> client(new HostPort("127.0.0.1", port)).generate(REQUEST));

        assertThat(error.code().family()).isEqualTo(ErrorFamily.UNAVAILABLE);
    }

    @Test
    void connectionLostInMidAnswerDoesNotCountAsNoWorkDone() throws Exception {
        ScriptedCluster cluster = cluster((request, observer) -> observer.onNext(ScriptedCluster.started("r-1")));
        GenerationStream stream = client(cluster).stream(REQUEST);
        stream.next();

        cluster.close();

        assertThat(failure(stream::next).code().family()).isEqualTo(ErrorFamily.INTERNAL);
        assertThat(cluster.attempts).hasSize(1);
    }

    @Test
    void answerWithoutItsLastEventIsAnError() throws Exception {
        ScriptedCluster cluster = cluster((request, observer) -> {
            observer.onNext(ScriptedCluster.started("r-1"));
            observer.onCompleted();
        });

        assertThat(failure(() -> client(cluster).generate(REQUEST)).code()).isEqualTo(ErrorCode.PROTOCOL_VIOLATION);
    }

    @Test
    void tokensModelsAndStatus() throws Exception {
        ThunderheadClient client = client(cluster(ANSWER));

        assertThat(client.tokenize(Prompt.text("four"))).containsExactly(4);
        assertThat(client.detokenize(List.of(1, 2))).isEqualTo("ids [1, 2]");
        assertThat(client.models()).containsExactly(new ModelInfo("m", 100, 10));
        ClusterStatus status = client.clusterStatus();
        assertThat(status.ready()).isFalse();
        assertThat(status.readiness()).isEqualTo("waits for expert-0");
        assertThat(status.nodes().getFirst().loadedBytes()).isEqualTo(7);
        ClusterStatus.Plan plan = status.plan().orElseThrow();
        assertThat(plan.stages().getFirst().endLayer()).isEqualTo(8);
        assertThat(plan.expertHolders())
                .containsExactly(new ClusterStatus.ExpertHolder(new NodeId("expert-1"), Map.of(1, List.of(2)), 0));
    }

    private ScriptedCluster cluster(ScriptedCluster.Script... scripts) throws IOException {
        ScriptedCluster cluster = new ScriptedCluster(scripts);
        open.add(cluster);
        return cluster;
    }

    private ThunderheadClient client(ScriptedCluster cluster) {
        return client(cluster.address());
    }

    private ThunderheadClient client(HostPort address) {
        ThunderheadClient client = ThunderheadClient.builder(address)
                .apiKey("secret")
                .timeout(Duration.ofSeconds(20))
                .retries(QUICK)
                .build();
        open.add(client);
        return client;
    }

    private static ServingException failure(Runnable call) {
        return catchThrowableOfType(ServingException.class, call::run);
    }
}
