package io.thunderhead.coordinator.trace;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapGetter;
import io.opentelemetry.exporter.otlp.http.trace.OtlpHttpSpanExporter;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.export.BatchSpanProcessor;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import io.thunderhead.coordinator.engine.Engine;
import io.thunderhead.core.error.ErrorCode;
import io.thunderhead.core.error.ServingException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// Makes spans of requests and sends them to a collector, or does nothing. Thread-safe.
///
/// A request's span has the spans of its sequences below it: `queue`, `prefill`, `decode`, and below the latter two one
/// for each [SequenceSpans#STEPS_PER_SPAN] steps. Nothing of prompts or answers is in them.
public final class Tracing implements AutoCloseable {
    private static final Duration EXPORT_EVERY = Duration.ofSeconds(1);
    private static final Duration SHUT_DOWN_MAX = Duration.ofSeconds(5);

    private static final TextMapGetter<HeaderValues> HEADERS =
            (headers, name) -> headers == null ? null : headers.valueOf(name);

    private final String model;
    private final @Nullable SdkTracerProvider provider;
    private final @Nullable Tracer tracer;

    private Tracing(String model, @Nullable SdkTracerProvider provider) {
        this.model = model;
        this.provider = provider;
        this.tracer = provider == null ? null : provider.get("io.thunderhead");
    }

    public static Tracing off() {
        return new Tracing("", null);
    }

    /// Throws CONFIG_INVALID for an endpoint that is no address.
    ///
    /// @param model the name under which it is served
    public static Tracing of(TracingConfig config, String node, String model) {
        return config.endpoint()
                .map(endpoint -> new Tracing(model, provider(config, endpoint, node)))
                .orElseGet(Tracing::off);
    }

    private static SdkTracerProvider provider(TracingConfig config, String endpoint, String node) {
        try {
            OtlpHttpSpanExporter exporter = OtlpHttpSpanExporter.builder()
                    .setEndpoint(endpoint)
                    .setTimeout(config.exportTimeout())
                    .build();
            Resource resource = Resource.create(Attributes.of(
                    AttributeKey.stringKey("service.name"),
                    "thunderhead",
                    AttributeKey.stringKey("service.instance.id"),
                    node));
            return SdkTracerProvider.builder()
                    .setResource(resource)
                    .setSampler(Sampler.parentBased(Sampler.traceIdRatioBased(config.sampleRatio())))
                    .addSpanProcessor(BatchSpanProcessor.builder(exporter)
                            .setScheduleDelay(EXPORT_EVERY)
                            .setExporterTimeout(config.exportTimeout())
                            .build())
                    .build();
        } catch (IllegalArgumentException e) {
            throw new ServingException(
                    ErrorCode.CONFIG_INVALID, "tracing.endpoint " + endpoint + ": " + e.getMessage(), e);
        }
    }

    /// The caller ends it.
    ///
    /// @param operation OpenTelemetry's name: `chat`, `text_completion`
    public RequestSpan begin(String operation, String requestId, HeaderValues headers) {
        if (tracer == null) {
            return RequestSpan.NONE;
        }
        Context caller = W3CTraceContextPropagator.getInstance().extract(Context.root(), headers, HEADERS);
        return new RequestSpan(tracer.spanBuilder(operation + " " + model)
                .setParent(caller)
                .setSpanKind(SpanKind.SERVER)
                .setAttribute("gen_ai.operation.name", operation)
                .setAttribute("gen_ai.provider.name", "thunderhead")
                .setAttribute("gen_ai.request.model", model)
                .setAttribute("thunderhead.request.id", requestId)
                .startSpan());
    }

    /// The engine, with a trace of every sequence that is submitted within a sampled request.
    public Engine traced(Engine engine) {
        return tracer == null ? engine : new TracedEngine(engine, tracer);
    }

    /// Sends what is left, for a few seconds at most.
    @Override
    public void close() {
        if (provider != null) {
            provider.shutdown().join(SHUT_DOWN_MAX.toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    /// Headers of a request.
    @FunctionalInterface
    public interface HeaderValues {
        /// Null = it has none of that name.
        @Nullable
        String valueOf(String name);
    }
}
