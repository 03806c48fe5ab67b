package io.thunderhead.cli.bench;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class BenchCommandIT {
    private static final JsonMapper JSON = new JsonMapper();

    private final List<JsonNode> requests = new CopyOnWriteArrayList<>();
    private final AtomicLong steps = new AtomicLong();
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
        StringWriter out = new StringWriter();

        int exitCode = new CommandLine(new BenchCommand("no.such.Main"))
                .setOut(new PrintWriter(out, true))
                .execute(
                        "--url=http://127.0.0.1:" + server.getAddress().getPort(),
                        "--prompt-tokens=8,32",
                        "--batch=1,3",
                        "--decode-tokens=5",
                        "--repeats=2",
                        "--json=" + json);

        assertThat(exitCode).isZero();
        JsonNode report = JSON.readTree(json.toFile());
        assertThat(report.propertyNames())
                .containsExactly(
                        "version", "model", "url", "client_cores", "seed", "prefill", "decode", "step_seconds");
        assertThat(report.at("/prefill/1/prompt_tokens").asInt()).isEqualTo(32);
        assertThat(report.at("/prefill/1/tokens_per_second").asDouble()).isPositive();
        assertThat(report.at("/decode/1/batch").asInt()).isEqualTo(3);
        assertThat(report.at("/decode/1/tokens_per_second").asDouble()).isPositive();
        assertThat(report.at("/step_seconds/attention").asDouble()).isPositive();
        assertThat(out.toString()).contains("attention 25 %", "experts 50 %");
    }

    @Test
    void sendsNewPromptsOfTokenIdsThroughTheEndToken() {
        new CommandLine(new BenchCommand("no.such.Main"))
                .setOut(new PrintWriter(new StringWriter()))
                .execute(
                        "--url=http://127.0.0.1:" + server.getAddress().getPort(),
                        "--prompt-tokens=16",
                        "--batch=2",
                        "--decode-tokens=3",
                        "--repeats=2",
                        "--vocabulary=100");

        assertThat(requests).allSatisfy(request -> {
            assertThat(request.get("ignore_eos").asBoolean()).isTrue();
            assertThat(request.get("prompt")).hasSize(16).allMatch(id -> id.asInt() < 100);
        });
        assertThat(requests.stream().map(request -> request.get("prompt").toString()))
                .doesNotHaveDuplicates()
                .hasSize(7);
    }

    private void complete(HttpExchange exchange) throws IOException {
        JsonNode request = JSON.readTree(exchange.getRequestBody());
        requests.add(request);
        exchange.sendResponseHeaders(200, 0);
        try (PrintWriter body = new PrintWriter(exchange.getResponseBody(), true, StandardCharsets.UTF_8)) {
            for (int i = 0; i < request.get("max_tokens").asInt(); i++) {
                steps.incrementAndGet();
                body.print("data: {\"choices\":[{\"text\":\"x\",\"token_ids\":[" + i + "]}]}\n\n");
                body.flush();
            }
            body.print("data: [DONE]\n\n");
        }
    }

    private String stats() {
        return "{\"steps\":%d,\"stage_timings\":{\"total_nanos\":%d,\"attention_nanos\":%d,\"expert_nanos\":%d}}"
                .formatted(steps.get(), 4000 * steps.get(), 1000 * steps.get(), 2000 * steps.get());
    }

    private static void answer(HttpExchange exchange, int status, String text) throws IOException {
        byte[] body = text.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(status, body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }
}
