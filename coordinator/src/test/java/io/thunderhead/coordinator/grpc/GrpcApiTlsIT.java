package io.thunderhead.coordinator.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.ChannelCredentials;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.TlsChannelCredentials;
import io.thunderhead.coordinator.api.Completions;
import io.thunderhead.coordinator.testing.FakeEngine;
import io.thunderhead.coordinator.testing.FakeModels;
import io.thunderhead.coordinator.trace.Telemetry;
import io.thunderhead.core.config.Bytes;
import io.thunderhead.core.error.ErrorCode;
import io.thunderhead.core.error.ServingException;
import io.thunderhead.core.id.HostPort;
import io.thunderhead.core.testing.TestAuthority;
import io.thunderhead.metrics.NodeMetrics;
import io.thunderhead.proto.v1.InferenceGrpc;
import io.thunderhead.proto.v1.ListModelsRequest;
import io.thunderhead.proto.v1.ListModelsResponse;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The public gRPC API over TLS.
final class GrpcApiTlsIT {
    @TempDir
    private static Path folder;

    private static TestAuthority authority;
    private static TestAuthority.Issued localhost;
    private static TestAuthority.Issued elsewhere;

    @BeforeAll
    static void issue() {
        authority = TestAuthority.create(folder);
        localhost = authority.issue("dns:localhost,ip:127.0.0.1");
        elsewhere = authority.issue("dns:elsewhere.example");
    }

    @Test
    void answersAClientThatTrustsTheAuthority() throws Exception {
        assertThat(models(localhost, trusting(authority.certificate())).getModelsList())
                .isNotEmpty();
    }

    @Test
    void isRefusedByAClientThatTrustsAnother() throws Exception {
        TestAuthority other = TestAuthority.create(Files.createDirectory(folder.resolve("other")));
        assertUnavailable(localhost, trusting(other.certificate()));
    }

    @Test
    void isRefusedByAClientThatAskedForAnotherHost() throws Exception {
        assertUnavailable(elsewhere, trusting(authority.certificate()));
    }

    @Test
    void refusesAClientInClear() {
        assertUnavailable(localhost, InsecureChannelCredentials.create());
    }

    @Test
    void namesAFileThatCannotBeUsed() throws Exception {
        Path noise = Files.writeString(folder.resolve("noise.pem"), "noise");
        for (TestAuthority.Issued bad : new TestAuthority.Issued[] {
            new TestAuthority.Issued(noise, localhost.key()),
            new TestAuthority.Issued(localhost.chain(), noise),
            new TestAuthority.Issued(localhost.chain(), folder.resolve("noise.pem.gone"))
        }) {
            assertThatThrownBy(() -> server(bad))
                    .hasMessageContaining("noise.pem")
                    .isInstanceOfSatisfying(
                            ServingException.class,
                            error -> assertThat(error.code()).isEqualTo(ErrorCode.CONFIG_INVALID));
        }
    }

    private static ChannelCredentials trusting(Path certificate) throws IOException {
        return TlsChannelCredentials.newBuilder()
                .trustManager(certificate.toFile())
                .build();
    }

    private static GrpcApiServer server(TestAuthority.Issued certificate) {
        GrpcConfig config = new GrpcConfig(
                "127.0.0.1",
                0,
                Bytes.mebibytes(1),
                Duration.ofSeconds(30),
                Duration.ofSeconds(30),
                Duration.ofSeconds(10),
                Duration.ofMillis(100),
                Optional.of(certificate.chain()),
                Optional.of(certificate.key()));
        return new GrpcApiServer(
                config,
                FakeModels.ALL,
                new Completions(FakeEngine.manual()),
                new TestCluster(),
                key -> "tests",
                Telemetry.untraced(new NodeMetrics("test")));
    }

    private static ListModelsResponse models(TestAuthority.Issued certificate, ChannelCredentials credentials) {
        try (GrpcApiServer server = server(certificate)) {
            HostPort address = server.start();
            ManagedChannel channel = Grpc.newChannelBuilderForAddress(address.host(), address.port(), credentials)
                    .build();
            try {
                return InferenceGrpc.newBlockingStub(channel)
                        .withDeadlineAfter(10, TimeUnit.SECONDS)
                        .listModels(ListModelsRequest.getDefaultInstance());
            } finally {
                channel.shutdownNow();
            }
        }
    }

    private static void assertUnavailable(TestAuthority.Issued certificate, ChannelCredentials credentials) {
        assertThatThrownBy(() -> models(certificate, credentials))
                .isInstanceOfSatisfying(
                        StatusRuntimeException.class,
                        error -> assertThat(error.getStatus().getCode()).isEqualTo(Status.Code.UNAVAILABLE));
    }
}
