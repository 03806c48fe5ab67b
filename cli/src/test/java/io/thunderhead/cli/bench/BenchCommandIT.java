package io.thunderhead.cli.bench;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.thunderhead.cli.checkpoint.CheckpointFolder;
import io.thunderhead.cli.local.ChildStatus;
import io.thunderhead.cli.node.Nodes;
import io.thunderhead.cli.node.RunningNode;
import io.thunderhead.cluster.membership.NodeRole;
import io.thunderhead.core.config.Config;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class BenchCommandIT {
    private static final JsonMapper JSON = new JsonMapper();
    /// More than sockets hold, so that some of them have arrived.
    private static final int TOKENS_BESIDE_LONG_PROMPT = 30_000;
    private static final int ENDLESS = 1_000_000_000;

    private final List<JsonNode> requests = new CopyOnWriteArrayList<>();
    private final AtomicLong steps = new AtomicLong();
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private volatile int longPromptTokens = -1;
    private HttpServer server;

    @TempDir
    private Path folder;

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/v1/models", exchange -> answer(exchange, 200, "{\"data\":[{\"id\":\"tiny\"}]}"));
        server.createContext("/stats", exchange -> answer(exchange, 200, stats()));
        server.createContext("/v1/completions", this::complete);
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    @Test
    void measuresAndWritesDocumentedNames() {
        Path json = folder.resolve("bench.json");
        int exitCode = bench(
                "--prompt-tokens=8,32",
                "--batch=1,3",
                "--decode-tokens=5",
                "--repeats=2",
                "--load-rate=100",
                "--load-seconds=1",
                "--load-prompts=4,6",
                "--json=" + json);

        assertThat(exitCode).isZero();
        JsonNode report = JSON.readTree(json.toFile());
        assertThat(report.propertyNames()).containsExactly("setup", "prefill", "decode", "load", "step_seconds");
        assertThat(report.at("/setup").propertyNames())
                .contains("at", "version", "commit", "machine", "model", "cluster", "seed");
        assertThat(report.at("/load/requests").asInt()).isGreaterThan(50);
        assertThat(report.at("/load/inter_token/p99_seconds").asDouble()).isPositive();
        assertThat(report.at("/prefill/1/prompt_tokens").asInt()).isEqualTo(32);
        assertThat(report.at("/prefill/1/tokens_per_second").asDouble()).isPositive();
        assertThat(report.at("/decode/1/batch").asInt()).isEqualTo(3);
        assertThat(report.at("/decode/1/tokens_per_second").asDouble()).isPositive();
        assertThat(report.at("/step_seconds/attention").asDouble()).isPositive();
        assertThat(out.toString()).contains("attention 25 %", "experts 50 %");
    }

    @Test
    void everyRunAddsALineToTheHistory() throws IOException {
        Path history = folder.resolve("history.jsonl");

        assertThat(bench("--scenario=decode", "--batch=1", "--history=" + history))
                .isZero();
        assertThat(bench("--scenario=decode", "--batch=2", "--history=" + history))
                .isZero();

        assertThat(Files.readAllLines(history))
                .extracting(line -> JSON.readTree(line).at("/decode/0/batch").asInt())
                .containsExactly(1, 2);
    }

    @Test
    void drawsWhatWasMeasured() {
        Path json = folder.resolve("bench.json");
        Path picture = folder.resolve("prefill.svg");
        bench("--scenario=prefill", "--prompt-tokens=8,32,64", "--json=" + json);

        int exitCode = bench("plot", json.toString(), "--output=" + picture);

        assertThat(exitCode).as(err.toString()).isZero();

        assertThat(picture).content().contains("<svg", "rgb(31,111,139)");
        assertThat(bench("plot", json.toString(), json.toString(), "--output=" + picture))
                .isEqualTo(1);
        assertThat(err.toString()).contains("two files are of tiny");
    }

    @Test
    void measuresStreamsBesideALongPrompt() {
        try (CompletionsClient client = new CompletionsClient(url(), Duration.ofSeconds(20))) {
            longPromptTokens = 500;

            BenchReport.LongPrompt run = new Bench(client, 100, 1, CeilingWatch.none())
                    .longPrompt(longPromptTokens, 2, ENDLESS, Duration.ofMillis(50));

            assertThat(run.streams()).isEqualTo(2);
            assertThat(run.interTokenDuring().count()).isPositive();
            assertThat(run.ttftSeconds()).isPositive();
        }
    }

    @Test
    void refusesWhatCannotBeMeasured() {
        assertThat(bench("--scenario=decode,sprint")).isEqualTo(1);
        assertThat(bench("--load-rate=0")).isEqualTo(1);
        assertThat(bench("--batch=0")).isEqualTo(1);

        assertThat(err.toString())
                .contains("--scenario: expected some of [prefill, decode, load, long-prompt], got 'sprint'")
                .contains("--load-rate, --load-seconds: expected positive")
                .contains("expected positive numbers");
    }

    @Test
    void sendsNewPromptsOfTokenIdsThroughTheEndToken() {
        bench(
                "--scenario=prefill,decode",
                "--prompt-tokens=16",
                "--batch=2",
                "--decode-tokens=3",
                "--repeats=2",
                "--vocabulary=100");

        assertThat(requests).allSatisfy(request -> {
            assertThat(request.get("ignore_eos").asBoolean()).isTrue();
            assertThat(request.get("prompt")).allMatch(id -> id.asInt() < 100);
        });
        assertThat(requests.stream().map(request -> request.get("prompt").toString()))
                .doesNotHaveDuplicates()
                .hasSize(7);
    }

    private int bench(String... arguments) {
        List<String> all = new ArrayList<>(List.of(arguments));
        if (!all.getFirst().equals("plot")) {
            all.addFirst("--url=" + url());
        }
        return new CommandLine(new BenchCommand(new NoNodes(), "no.such.Main", new CheckpointFolder(Path.of(".."))))
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(all.toArray(String[]::new));
    }

    private URI url() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    }

    private void complete(HttpExchange exchange) throws IOException {
        JsonNode request = JSON.readTree(exchange.getRequestBody());
        requests.add(request);
        if (request.get("prompt").size() == longPromptTokens) {
            awaitTokens(steps.get() + TOKENS_BESIDE_LONG_PROMPT);
        }
        exchange.sendResponseHeaders(200, 0);
        try (PrintWriter body = new PrintWriter(exchange.getResponseBody(), true, StandardCharsets.UTF_8)) {
            for (int i = 0; i < request.get("max_tokens").asInt() && !body.checkError(); i++) {
                steps.incrementAndGet();
                body.print("data: {\"choices\":[{\"text\":\"x\",\"token_ids\":[" + i + "]}]}\n\n");
                body.flush();
            }
            body.print("data: [DONE]\n\n");
        }
    }

    /// A long prompt is answered when the streams beside it have got so many tokens.
    private void awaitTokens(long count) {
        while (steps.get() < count) {
            Thread.onSpinWait();
        }
    }

    private String stats() {
        return "{\"steps\":%d,\"stage_timings\":{\"total_nanos\":%d,\"attention_nanos\":%d,\"expert_nanos\":%d}}"
                .formatted(steps.get(), 4000 * steps.get(), 1000 * steps.get(), 2000 * steps.get());
    }

    private static final class NoNodes implements Nodes {
        @Override
        public RunningNode start(NodeRole role, Config config, Consumer<ChildStatus> status) {
            throw new AssertionError("a running server is measured");
        }

        @Override
        public RunningNode startAll(Config config, Consumer<ChildStatus> status) {
            throw new AssertionError("a running server is measured");
        }
    }

    private static void answer(HttpExchange exchange, int status, String text) throws IOException {
        byte[] body = text.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(status, body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }
}
