package io.thunderhead.metrics;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import io.thunderhead.core.error.ErrorCode;
import io.thunderhead.core.id.HostPort;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class NodeMetricsTest {
    private static final int MANY = 20_000;

    private final NodeMetrics metrics = new NodeMetrics("node-7");

    @Test
    void writesEachKindWithTheNodesLabel() {
        metrics.counter(Families.EXCHANGE_ROWS, "3").add(5);
        metrics.gauge(Families.WEIGHTS_LOADED).set(12);
        metrics.histogram(Families.EXCHANGE_TIME, "3").recordNanos(700_000);
        metrics.read(Families.RUNNING, () -> 4);
        metrics.readAll(Families.EXPERT_ROWS, readings -> readings.value(9, "1", "30"));

        assertThat(lines())
                .contains(
                        "thunderhead_exchange_rows_total{layer=\"3\",node=\"node-7\"} 5.0",
                        "thunderhead_weights_loaded_bytes{node=\"node-7\"} 12.0",
                        "thunderhead_exchange_seconds_bucket{layer=\"3\",node=\"node-7\",le=\"5.0E-4\"} 0",
                        "thunderhead_exchange_seconds_bucket{layer=\"3\",node=\"node-7\",le=\"0.001\"} 1",
                        "thunderhead_sequences_running{node=\"node-7\"} 4.0",
                        "thunderhead_expert_rows_total{expert=\"30\",layer=\"1\",node=\"node-7\"} 9.0");
    }

    @Test
    void countsEveryErrorCodeFromTheStart() {
        ErrorCounters errors = metrics.errors(Families.REQUESTS, "grpc");

        errors.count(ErrorCode.QUEUE_FULL);

        assertThat(lines())
                .contains(
                        "thunderhead_requests_total{api=\"grpc\",node=\"node-7\",outcome=\"queue_full\"} 1.0",
                        "thunderhead_requests_total{api=\"grpc\",node=\"node-7\",outcome=\"worker_lost\"} 0.0");
    }

    @Test
    void refusesALabelThatGrowsWithoutEnd() {
        IntStream.range(0, Family.SERIES_MAX)
                .forEach(series -> metrics.counter(Families.EXCHANGE_ROWS, Integer.toString(series)));

        assertThatThrownBy(() -> metrics.counter(Families.EXCHANGE_ROWS, "one more"))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("thunderhead_exchange_rows");
    }

    @Test
    void showsVllmsNamesMadeOfOurs() {
        metrics.read(Families.RUNNING, () -> 3);
        metrics.read(Families.WAITING, () -> 2);
        metrics.read(Families.KV_RESERVED, () -> 30);
        metrics.read(Families.KV_CAPACITY, () -> 120);
        metrics.read(Families.PROMPT_TOKENS, () -> 1000);
        metrics.read(Families.CACHED_TOKENS, () -> 250);
        metrics.read(Families.GENERATED_TOKENS, () -> 77);
        for (Family family :
                List.of(Families.TIME_TO_FIRST_TOKEN, Families.INTER_TOKEN, Families.END_TO_END, Families.QUEUE_TIME)) {
            metrics.histogram(family).recordNanos(1_500_000_000L);
        }

        VllmNames.addTo(metrics, "the-model");

        String labels = "{engine=\"0\",model_name=\"the-model\"}";
        assertThat(lines())
                .contains(
                        "vllm:num_requests_running" + labels + " 3.0",
                        "vllm:num_requests_waiting" + labels + " 2.0",
                        "vllm:kv_cache_usage_perc" + labels + " 0.25",
                        "vllm:prefix_cache_queries_total" + labels + " 1000.0",
                        "vllm:prefix_cache_hits_total" + labels + " 250.0",
                        "vllm:prompt_tokens_total" + labels + " 1000.0",
                        "vllm:generation_tokens_total" + labels + " 77.0",
                        "vllm:time_to_first_token_seconds_sum" + labels + " 1.5",
                        "vllm:inter_token_latency_seconds_count" + labels + " 1",
                        "vllm:e2e_request_latency_seconds_count" + labels + " 1",
                        "vllm:request_queue_time_seconds_bucket{engine=\"0\",model_name=\"the-model\",le=\"2.5\"} 1");
    }

    @Test
    void recordsWithoutAllocating() {
        Counter counter = metrics.counter(Families.EXCHANGE_ROWS, "0");
        Gauge gauge = metrics.gauge(Families.STAGE_PAGES);
        Histogram histogram = metrics.histogram(Families.EXCHANGE_TIME, "0");
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();

        // the least of some rounds: what is not compiled yet makes an object a record
        long least = LongStream.generate(() -> {
                    long before = threads.getCurrentThreadAllocatedBytes();
                    record(counter, gauge, histogram);
                    return threads.getCurrentThreadAllocatedBytes() - before;
                })
                .limit(20)
                .min()
                .orElseThrow();

        assertThat(least).as("bytes for %d records", MANY).isLessThan(MANY);
    }

    private static void record(Counter counter, Gauge gauge, Histogram histogram) {
        for (int i = 0; i < MANY; i++) {
            counter.add(3);
            gauge.set(i);
            histogram.recordNanos(i * 1000L);
        }
    }

    @Test
    void isServedOverHttp() throws Exception {
        metrics.read(Families.RUNNING, () -> 4);
        metrics.addJvm();
        try (MetricsServer server = MetricsServer.start("node-7", new HostPort("127.0.0.1", 0), metrics);
                HttpClient client = HttpClient.newHttpClient()) {
            URI uri = URI.create("http://" + server.address() + "/metrics");
            String body = client.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString())
                    .body();

            assertThat(body)
                    .contains("thunderhead_sequences_running{node=\"node-7\"} 4.0")
                    .contains("jvm_memory_used_bytes{area=\"heap\",node=\"node-7\"}");
        }
    }

    private List<String> lines() {
        return new String(metrics.text(), UTF_8).lines().toList();
    }
}
