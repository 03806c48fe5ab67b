package io.thunderhead.integration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.MetadataUtils;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.trace.v1.Span;
import io.thunderhead.model.testing.Goldens;
import io.thunderhead.proto.v1.GenerateRequest;
import io.thunderhead.proto.v1.InferenceGrpc;
import io.thunderhead.proto.v1.Prompt;
import io.thunderhead.proto.v1.TokenIds;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Traces as a collector gets them.
class TracingIT {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final String TRACE_ID = "0af7651916cd43dd8448eb211c80319c";
    private static final String CALLER = "b7ad6b7169203331";
    private static final String SECRET = "gulls";
    private static final int TOKENS = 100;

    private TraceCollector collector;
    private LocalCluster cluster;

    @BeforeEach
    void start() throws Exception {
        collector = TraceCollector.start();
        cluster = LocalCluster.inProcess(
                Goldens.checkpointWithTokenizer(Goldens.VL_TINY),
                1,
                1,
                Map.of("tracing.endpoint", collector.endpoint(), "tracing.sample-ratio", "0"));
    }

    @AfterEach
    void stop() {
        cluster.close();
        collector.close();
    }

    private static String traceparent(boolean sampled) {
        return "00-" + TRACE_ID + "-" + CALLER + (sampled ? "-01" : "-00");
    }

    private void ask(String... headers) throws Exception {
        String body = """
                {"model": "golden", "prompt": "The %s were loud.", "max_tokens": %d, "ignore_eos": true}
                """.formatted(SECRET, TOKENS);
        HttpRequest.Builder request = HttpRequest.newBuilder(cluster.uri("/v1/completions"))
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(body));
        try (HttpClient http = HttpClient.newHttpClient()) {
            assertThat(http.send(
                                    (headers.length == 0 ? request : request.headers(headers)).build(),
                                    BodyHandlers.ofString())
                            .statusCode())
                    .isEqualTo(200);
        }
    }

    @Test
    void followsARequestFromItsCallerToItsSteps() throws Exception {
        ask("traceparent", traceparent(true), "x-request-id", "my-request");

        Span request = collected("text_completion golden");
        assertThat(hex(request.getTraceId())).isEqualTo(TRACE_ID);
        assertThat(hex(request.getParentSpanId())).isEqualTo(CALLER);
        assertThat(request.getKind()).isEqualTo(Span.SpanKind.SPAN_KIND_SERVER);
        assertThat(attributes(request))
                .contains("gen_ai.operation.name=text_completion", "gen_ai.request.model=golden")
                .contains("thunderhead.request.id=my-request", "gen_ai.response.finish_reasons=length")
                .contains("gen_ai.usage.output_tokens=" + TOKENS);

        Span queue = collected("queue");
        Span prefill = collected("prefill");
        Span decode = collected("decode");
        assertThat(List.of(queue, prefill, decode))
                .allSatisfy(span -> assertThat(span.getParentSpanId()).isEqualTo(request.getSpanId()));
        assertThat(queue.getEndTimeUnixNano()).isLessThanOrEqualTo(prefill.getStartTimeUnixNano());
        assertThat(prefill.getEndTimeUnixNano()).isLessThanOrEqualTo(decode.getStartTimeUnixNano());
        assertThat(decode.getEndTimeUnixNano()).isLessThanOrEqualTo(request.getEndTimeUnixNano());
        // 99 steps: the first token comes with the prompt's
        assertThat(stepsBelow(prefill)).isEqualTo(1);
        assertThat(stepsBelow(decode)).isEqualTo(TOKENS - 1);
        assertThat(collector.spans())
                .filteredOn(span -> span.getName().equals("steps"))
                .hasSize(3);
        assertThat(collector.spans().toString()).doesNotContain(SECRET);
    }

    @Test
    void tracesOnlyWhatIsSampled() throws Exception {
        ask();
        ask("traceparent", traceparent(false));
        ask("traceparent", "not a traceparent");
        ask("traceparent", traceparent(true));

        collected("text_completion golden");
        assertThat(collector.spans())
                .allSatisfy(span -> assertThat(hex(span.getTraceId())).isEqualTo(TRACE_ID));
        assertThat(collector.spans())
                .filteredOn(span -> span.getName().startsWith("text_completion"))
                .hasSize(1);
    }

    @Test
    void acceptsACallersContextOverGrpc() {
        Metadata headers = new Metadata();
        headers.put(Metadata.Key.of("traceparent", Metadata.ASCII_STRING_MARSHALLER), traceparent(true));
        ManagedChannel channel = NettyChannelBuilder.forAddress(
                        cluster.grpc().host(), cluster.grpc().port())
                .usePlaintext()
                .build();
        try {
            InferenceGrpc.newBlockingStub(channel)
                    .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers))
                    .generate(GenerateRequest.newBuilder()
                            .setPrompt(Prompt.newBuilder()
                                    .setTokenIds(TokenIds.newBuilder().addIds(5)))
                            .setMaxTokens(3)
                            .build())
                    .forEachRemaining(event -> {});
        } finally {
            channel.shutdownNow();
        }

        Span request = collected("generate_content golden");
        assertThat(hex(request.getTraceId())).isEqualTo(TRACE_ID);
        assertThat(hex(request.getParentSpanId())).isEqualTo(CALLER);
        assertThat(collected("queue").getParentSpanId()).isEqualTo(request.getSpanId());
    }

    private long stepsBelow(Span phase) {
        return collector.spans().stream()
                .filter(span -> span.getName().equals("steps"))
                .filter(span -> span.getParentSpanId().equals(phase.getSpanId()))
                .flatMap(span -> span.getAttributesList().stream())
                .filter(attribute -> attribute.getKey().equals("thunderhead.steps"))
                .mapToLong(attribute -> attribute.getValue().getIntValue())
                .sum();
    }

    /// The span of that name, once the collector has it; spans go out every few seconds.
    private Span collected(String name) {
        await(name)
                .atMost(PATIENCE)
                .until(() -> collector.spans().stream()
                        .anyMatch(span -> span.getName().equals(name)));
        return collector.spans().stream()
                .filter(span -> span.getName().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private static List<String> attributes(Span span) {
        return span.getAttributesList().stream()
                .map(attribute -> attribute.getKey() + "=" + value(attribute))
                .toList();
    }

    private static String value(KeyValue attribute) {
        return switch (attribute.getValue().getValueCase()) {
            case INT_VALUE -> Long.toString(attribute.getValue().getIntValue());
            case ARRAY_VALUE ->
                attribute.getValue().getArrayValue().getValues(0).getStringValue();
            default -> attribute.getValue().getStringValue();
        };
    }

    private static String hex(ByteString bytes) {
        return HexFormat.of().formatHex(bytes.toByteArray());
    }
}
