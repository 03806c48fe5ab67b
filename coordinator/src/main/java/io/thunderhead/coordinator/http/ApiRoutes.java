package io.thunderhead.coordinator.http;

import io.thunderhead.coordinator.admin.AdminView;
import io.thunderhead.coordinator.admin.CancelEndpoint;
import io.thunderhead.coordinator.admin.ClusterReport;
import io.thunderhead.coordinator.admin.DrainEndpoint;
import io.thunderhead.coordinator.admin.LoadReport;
import io.thunderhead.coordinator.admin.RequestReport;
import io.thunderhead.coordinator.api.Completions;
import io.thunderhead.coordinator.api.ServedModels;
import io.thunderhead.coordinator.http.Routes.View;
import io.thunderhead.coordinator.http.Routes.ViewAnswer;
import io.thunderhead.coordinator.openai.ApiLimits;
import io.thunderhead.coordinator.openai.ChatCompletions;
import io.thunderhead.coordinator.openai.Detokenize;
import io.thunderhead.coordinator.openai.Endpoint;
import io.thunderhead.coordinator.openai.ModelCatalog;
import io.thunderhead.coordinator.openai.TextCompletions;
import io.thunderhead.coordinator.openai.Tokenize;
import io.thunderhead.coordinator.pages.PageFile;
import io.thunderhead.coordinator.pages.PapersEndpoint;
import io.thunderhead.coordinator.pages.PdfEndpoint;
import io.thunderhead.coordinator.schedule.EngineStats;
import io.thunderhead.metrics.NodeMetrics;
import io.vertx.core.buffer.Buffer;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
            NodeMetrics metrics,
            Optional<AdminView> admin) {
        ModelCatalog catalog = new ModelCatalog(models);
        Map<String, View> views = new HashMap<>(Map.of(
                "/v1/models", new View(false, rest -> ViewAnswer.json(200, Buffer.buffer(catalog.list()))),
                "/v1/models/", new View(false, name -> ViewAnswer.json(200, Buffer.buffer(catalog.one(decoded(name))))),
                "/stats", new View(false, rest -> ViewAnswer.json(200, stats(stats.get()))),
                "/metrics",
                        new View(
                                false,
                                rest -> new ViewAnswer(200, NodeMetrics.TEXT_TYPE, Buffer.buffer(metrics.text()))),
                "/health/live", new View(true, rest -> ViewAnswer.json(200, health(List.of()))),
                "/health/ready", new View(true, rest -> readiness(health))));
        admin.ifPresent(view -> {
            views.put(RequestHandler.ADMIN + "cluster", new View(false, rest -> cluster(view)));
            views.put(
                    RequestHandler.ADMIN + "loads",
                    new View(false, rest -> json(new LoadReport(view.dimensions(), view.loads()).json())));
            views.put(
                    RequestHandler.ADMIN + "requests",
                    new View(false, rest -> json(new RequestReport(view.requests()).json())));
        });
        return new Routes(
                views, endpoints(models, completions, limits, admin), admin.isPresent() ? PageFile.all() : Map.of());
    }

    private static Map<String, Endpoint> endpoints(
            ServedModels models, Completions completions, ApiLimits limits, Optional<AdminView> admin) {
        Map<String, Endpoint> endpoints = new HashMap<>(Map.of(
                "/v1/chat/completions", new ChatCompletions(models, completions, limits),
                "/v1/completions", new TextCompletions(models, completions, limits),
                "/tokenize", new Tokenize(models),
                "/detokenize", new Detokenize(models)));
        admin.ifPresent(view -> {
            endpoints.put("/chat/api/papers", new PapersEndpoint(models));
            endpoints.put("/chat/api/pdf", new PdfEndpoint());
            endpoints.put(RequestHandler.ADMIN + "cancel", new CancelEndpoint(view));
            endpoints.put(RequestHandler.ADMIN + "drain", new DrainEndpoint(view, true));
            endpoints.put(RequestHandler.ADMIN + "undrain", new DrainEndpoint(view, false));
        });
        return endpoints;
    }

    private static ViewAnswer cluster(AdminView view) {
        return json(new ClusterReport(view.snapshot(), view.missing(), view.dimensions(), view.changes()).json());
    }

    private static ViewAnswer json(byte[] body) {
        return ViewAnswer.json(200, Buffer.buffer(body));
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
