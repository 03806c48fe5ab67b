package io.thunderhead.client;

import io.grpc.StatusRuntimeException;
import io.grpc.stub.AbstractStub;
import io.thunderhead.core.id.HostPort;
import io.thunderhead.core.time.Deadline;
import io.thunderhead.proto.v1.ClusterGrpc;
import io.thunderhead.proto.v1.DetokenizeRequest;
import io.thunderhead.proto.v1.GenerateRequest;
import io.thunderhead.proto.v1.InferenceGrpc;
import io.thunderhead.proto.v1.ListModelsRequest;
import io.thunderhead.proto.v1.StatusRequest;
import io.thunderhead.proto.v1.TokenizeRequest;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// A line to a Thunderhead cluster. Thread-safe; one for the whole program is right. Does not dial before its first
/// call.
///
/// Every call ends by its deadline: the client's timeout, or that of [#withTimeout]. Failures are
/// [io.thunderhead.core.error.ServingException] with the cluster's code. A call is sent again only if the cluster says
/// that no work was done, by the [RetryPolicy]. Calls block the calling thread unless they say otherwise (virtual
/// threads are fine); interrupting it cancels the call and throws CANCELLED.
public final class ThunderheadClient implements AutoCloseable {
    private final Connection connection;
    private final Duration timeout;
    private final RetryPolicy retries;

    private ThunderheadClient(Connection connection, Duration timeout, RetryPolicy retries) {
        this.connection = connection;
        this.timeout = timeout;
        this.retries = retries;
    }

    /// Over plain text and without a key.
    public static ThunderheadClient connect(HostPort coordinator) {
        return builder(coordinator).build();
    }

    public static Builder builder(HostPort coordinator) {
        return new Builder(coordinator);
    }

    /// The same line with another timeout for its calls. Closing either closes both.
    public ThunderheadClient withTimeout(Duration callTimeout) {
        return new ThunderheadClient(connection, checked(callTimeout), retries);
    }

    /// Waits for the whole answer.
    public GenerationResult generate(GenerationRequest request) {
        return stream(request).result();
    }

    /// Sends at once; the caller reads the events and closes.
    public GenerationStream stream(GenerationRequest request) {
        return stream(RequestEncoder.encode(request), Deadline.after(timeout));
    }

    /// Sends at once and does not block. Cancelling the future cancels the generation.
    public CompletableFuture<GenerationResult> generateAsync(GenerationRequest request) {
        return GenerationFuture.reading(stream(request));
    }

    /// A generation for each subscriber, sent when it subscribes; its demand holds back the reading of the answer. The
    /// subscriber is called from one virtual thread.
    public Flow.Publisher<GenerationEvent> publisher(GenerationRequest request) {
        GenerateRequest wire = RequestEncoder.encode(request);
        return new GenerationPublisher(deadline -> stream(wire, deadline), timeout);
    }

    /// Token ids of a text or of a rendered chat.
    public List<Integer> tokenize(Prompt prompt) {
        TokenizeRequest request = TokenizeRequest.newBuilder()
                .setPrompt(RequestEncoder.encode(prompt))
                .build();
        return call(deadline -> inference(deadline).tokenize(request)).getIdsList();
    }

    /// Text of token ids, special tokens included.
    public String detokenize(List<Integer> tokenIds) {
        DetokenizeRequest request =
                DetokenizeRequest.newBuilder().addAllIds(tokenIds).build();
        return call(deadline -> inference(deadline).detokenize(request)).getText();
    }

    public List<ModelInfo> models() {
        return call(deadline -> inference(deadline).listModels(ListModelsRequest.getDefaultInstance()))
                .getModelsList()
                .stream()
                .map(model -> new ModelInfo(model.getId(), model.getContextMax(), model.getVocabularySize()))
                .toList();
    }

    /// How the cluster is; answers while it is not ready, too.
    public ClusterStatus clusterStatus() {
        return StatusDecoder.decode(call(deadline -> within(ClusterGrpc.newBlockingStub(connection.channel()), deadline)
                .status(StatusRequest.getDefaultInstance())));
    }

    /// Cancels what still runs and hangs up.
    @Override
    public void close() {
        connection.close();
    }

    private GenerationStream stream(GenerateRequest request, Deadline deadline) {
        return new GenerationStream(new GenerationCall(() -> inference(deadline).generate(request), retries, deadline));
    }

    private <T> T call(Function<Deadline, T> attempt) {
        Deadline deadline = Deadline.after(timeout);
        Retries attempts = new Retries(retries, deadline);
        while (true) {
            try {
                return attempt.apply(deadline);
            } catch (StatusRuntimeException failure) {
                if (Thread.currentThread().isInterrupted()) {
                    throw ErrorReader.cancelled(failure);
                }
                attempts.pauseOrThrow(ErrorReader.read(failure, false));
            }
        }
    }

    private InferenceGrpc.InferenceBlockingStub inference(Deadline deadline) {
        return within(InferenceGrpc.newBlockingStub(connection.channel()), deadline);
    }

    private static <S extends AbstractStub<S>> S within(S stub, Deadline deadline) {
        return stub.withDeadlineAfter(deadline.remainingNanos(), TimeUnit.NANOSECONDS);
    }

    private static Duration checked(Duration timeout) {
        if (!timeout.isPositive()) {
            throw new IllegalArgumentException("timeout: expected more than 0, got " + timeout);
        }
        return timeout;
    }

    /// Not thread-safe.
    public static final class Builder {
        private final HostPort coordinator;
        private String apiKey = "";
        private @Nullable Tls tls;
        private Duration timeout = Duration.ofMinutes(10);
        private RetryPolicy retries = RetryPolicy.DEFAULT;

        private Builder(HostPort coordinator) {
            this.coordinator = coordinator;
        }

        public Builder apiKey(String value) {
            apiKey = value;
            return this;
        }

        /// TLS, trusting the certificates that this JVM trusts.
        public Builder tls() {
            tls = Tls.TRUSTING_SYSTEM;
            return this;
        }

        /// TLS, trusting the certificates of a PEM file.
        public Builder tls(Path trustedCertificates) {
            tls = Tls.trusting(trustedCertificates);
            return this;
        }

        /// Mutual TLS: PEM files of the certificates trusted, of this client's own chain and its key.
        public Builder tls(Path trustedCertificates, Path certificateChain, Path privateKey) {
            tls = new Tls(trustedCertificates, certificateChain, privateKey);
            return this;
        }

        /// For every call, unless [ThunderheadClient#withTimeout] says otherwise. Default 10 minutes.
        public Builder timeout(Duration value) {
            timeout = checked(value);
            return this;
        }

        public Builder retries(RetryPolicy value) {
            retries = value;
            return this;
        }

        /// Throws `UncheckedIOException` if a PEM file cannot be read.
        public ThunderheadClient build() {
            return new ThunderheadClient(Connection.to(coordinator, apiKey, tls), timeout, retries);
        }
    }
}
