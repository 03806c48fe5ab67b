package io.thunderhead.coordinator.http;

import io.thunderhead.coordinator.api.Completions;
import io.thunderhead.coordinator.api.ServedModels;
import io.thunderhead.coordinator.http.Routes.View;
import io.thunderhead.coordinator.http.Routes.ViewAnswer;
import io.thunderhead.coordinator.openai.ApiLimits;
import io.thunderhead.coordinator.openai.ChatCompletions;
import io.thunderhead.coordinator.openai.Detokenize;
import io.thunderhead.coordinator.openai.ModelCatalog;
import io.thunderhead.coordinator.openai.TextCompletions;
import io.thunderhead.coordinator.openai.Tokenize;
import io.thunderhead.coordinator.schedule.EngineStats;
import io.thunderhead.metrics.NodeMetrics;
import io.vertx.core.buffer.Buffer;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.json.JsonMapper;

/// The paths of the API.
final class ApiRoutes {
    private static final JsonMapper MAPPER = new JsonMapper();
    private static final JsonMapper SNAKE_CASE = JsonMapper.builder()
            .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
            .build();

    private ApiRoutes() {}

    static Routes of(
            ServedModels models,
            Completions completions,
            ApiLimits limits,
            HealthView health,
            Supplier<EngineStats> stats,
            NodeMetrics metrics) {
        ModelCatalog catalog = new ModelCatalog(models);
        return new Routes(
                Map.of(
                        "/v1/models", new View(false, rest -> ViewAnswer.json(200, Buffer.buffer(catalog.list()))),
                        "/v1/models/",
                                new View(
                                        false, name -> ViewAnswer.json(200, Buffer.buffer(catalog.one(decoded(name))))),
                        "/stats", new View(false, rest -> ViewAnswer.json(200, stats(stats.get()))),
                        "/metrics",
                                new View(
                                        false,
                                        rest -> new ViewAnswer(
                                                200, NodeMetrics.TEXT_TYPE, Buffer.buffer(metrics.text()))),
                        "/health/live", new View(true, rest -> ViewAnswer.json(200, health(List.of()))),
                        "/health/ready", new View(true, rest -> readiness(health))),
                Map.of(
                        "/v1/chat/completions", new ChatCompletions(models, completions, limits),
                        "/v1/completions", new TextCompletions(models, completions, limits),
                        "/tokenize", new Tokenize(models),
                        "/detokenize", new Detokenize(models)));
    }

    private static ViewAnswer readiness(HealthView health) {
        List<HealthView.Missing> missing = health.missing();
        return ViewAnswer.json(missing.isEmpty() ? 200 : 503, health(missing));
    }

    private static Buffer health(List<HealthView.Missing> missing) {
        String status = missing.isEmpty() ? "ok" : "not ready";
        return Buffer.buffer(MAPPER.writeValueAsBytes(Map.of("status", status, "missing", missing)));
    }

    /// The engine's numbers under their names in snake case; times are nanoseconds summed since the start.
    private static Buffer stats(EngineStats stats) {
        return Buffer.buffer(SNAKE_CASE.writeValueAsBytes(stats));
    }

    private static String decoded(String pathPart) {
        return URLDecoder.decode(pathPart.replace("+", "%2B"), StandardCharsets.UTF_8);
    }
}
