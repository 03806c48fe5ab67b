package io.thunderhead.transport.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.ChannelCredentials;
import io.grpc.Grpc;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.TlsChannelCredentials;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthGrpc;
import io.thunderhead.core.error.ErrorCode;
import io.thunderhead.core.error.ServingException;
import io.thunderhead.core.id.HostPort;
import io.thunderhead.core.id.NodeId;
import io.thunderhead.core.testing.TestAuthority;
import io.thunderhead.core.time.Deadline;
import io.thunderhead.transport.NodeServices;
import io.thunderhead.transport.TestConfigs;
import io.thunderhead.transport.TransportConfig;
import io.thunderhead.transport.Wire;
import io.thunderhead.transport.exchange.CombinedRows;
import io.thunderhead.transport.exchange.ExpertExchange;
import io.thunderhead.transport.exchange.ExpertService;
import io.thunderhead.transport.exchange.TestRows;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Lines between nodes that show each other certificates.
class TlsIT {
    private static final NodeId CALLER = new NodeId("caller");
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final ExpertService COMPUTE = (rows, deadline, reply) -> {
        int rowCount = rows.rowCount() * CombinedRows.rowsPerToken(rows.topK());
        TestRows.compute(rows, reply.allocate(rowCount, rows.hiddenSize()));
        reply.send(1);
    };

    @TempDir
    private static Path folder;

    private static TestAuthority authority;
    private static TransportConfig node;
    private static TransportConfig stranger;
    private static TransportConfig elsewhere;
    private static TransportConfig expired;

    @BeforeAll
    static void issue() throws Exception {
        authority = TestAuthority.create(Files.createDirectory(folder.resolve("ours")));
        TestAuthority other = TestAuthority.create(Files.createDirectory(folder.resolve("other")));
        Path ca = authority.certificate();
        node = TestConfigs.tls(authority.issue("dns:localhost,ip:127.0.0.1"), ca);
        elsewhere = TestConfigs.tls(authority.issue("dns:elsewhere.example"), ca);
        expired = TestConfigs.tls(authority.issueExpired("dns:localhost,ip:127.0.0.1"), ca);
        // Trusts our authority, but is not signed by it.
        stranger = TestConfigs.tls(other.issue("dns:localhost,ip:127.0.0.1"), ca);
    }

    @Test
    void carriesRowsBetweenNodesOfOneAuthority() throws Exception {
        try (GrpcNodeServer worker = worker(node);
                TappedLine line = new TappedLine(worker.start())) {
            exchange(node, line.address());
            assertThat(line.passed()).hasSizeGreaterThan(20_000).doesNotContain(rowsOnTheWire());
        }
    }

    @Test
    void carriesRowsInClearWithoutTls() throws Exception {
        try (GrpcNodeServer worker = worker(TestConfigs.of(8));
                TappedLine line = new TappedLine(worker.start())) {
            exchange(TestConfigs.of(8), line.address());
            assertThat(line.passed()).contains(rowsOnTheWire());
        }
    }

    @Test
    void refusesACallerThatAnotherAuthoritySigned() {
        assertLost(node, stranger, "certificate");
    }

    @Test
    void refusesACallerWithoutACertificate() throws Exception {
        ChannelCredentials trusting = TlsChannelCredentials.newBuilder()
                .trustManager(authority.certificate().toFile())
                .build();
        try (GrpcNodeServer worker = worker(node)) {
            HostPort address = worker.start();
            ManagedChannel channel = Grpc.newChannelBuilderForAddress(address.host(), address.port(), trusting)
                    .build();
            try {
                assertThatThrownBy(() -> HealthGrpc.newBlockingStub(channel)
                                .withDeadlineAfter(10, TimeUnit.SECONDS)
                                .check(HealthCheckRequest.getDefaultInstance()))
                        .isInstanceOfSatisfying(
                                StatusRuntimeException.class,
                                error -> assertThat(error.getStatus().getCode()).isEqualTo(Status.Code.UNAVAILABLE));
            } finally {
                channel.shutdownNow();
            }
        }
    }

    @Test
    void refusesACallerInClear() {
        assertLost(node, TestConfigs.of(8), "");
    }

    @Test
    void refusesAWorkerThatAnotherAuthoritySigned() {
        assertLost(stranger, node, "PKIX path");
    }

    @Test
    void refusesAWorkerWithACertificateOfAnotherHost() {
        assertLost(elsewhere, node, "No subject alternative names matching IP address 127.0.0.1");
    }

    @Test
    void refusesAWorkerWhoseCertificateIsOver() {
        assertLost(expired, node, "NotAfter");
    }

    @Test
    void refusesAWorkerInClear() {
        assertLost(TestConfigs.of(8), node, "not an SSL/TLS record");
    }

    @Test
    void namesAFileThatIsMissing() {
        TestAuthority.Issued missing = new TestAuthority.Issued(folder.resolve("no.crt"), folder.resolve("no.key"));
        assertInvalid("no.crt", () -> worker(TestConfigs.tls(missing, authority.certificate())));
        assertInvalid("no.crt", () -> new NodeChannels(CALLER, TestConfigs.tls(missing, authority.certificate())));
    }

    @Test
    void namesAFileThatIsNoCertificate() throws Exception {
        Path noise = Files.writeString(folder.resolve("noise.pem"), "noise");
        TestAuthority.Issued own = authority.issue("dns:localhost");
        TestAuthority.Issued badChain = new TestAuthority.Issued(noise, own.key());
        TestAuthority.Issued badKey = new TestAuthority.Issued(own.chain(), noise);
        for (TransportConfig config : new TransportConfig[] {
            TestConfigs.tls(badChain, authority.certificate()),
            TestConfigs.tls(badKey, authority.certificate()),
            TestConfigs.tls(own, noise)
        }) {
            assertInvalid("noise.pem", () -> worker(config));
            assertInvalid("noise.pem", () -> new NodeChannels(CALLER, config));
        }
    }

    private static GrpcNodeServer worker(TransportConfig config) {
        return new GrpcNodeServer(Wire.WORKER, new HostPort("127.0.0.1", 0), NodeServices.of(COMPUTE), config);
    }

    private static TestRows rows() {
        return TestRows.of(8, 1024, 2, 1);
    }

    /// Some numbers of [#rows] as they stand in a frame.
    private static String rowsOnTheWire() {
        TestRows rows = rows();
        ByteBuffer bytes = ByteBuffer.allocate(32).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < 8; i++) {
            bytes.putFloat(rows.hidden().getAtIndex(ValueLayout.JAVA_FLOAT, rows.sourceRow(1) * 1024L + i));
        }
        return new String(bytes.array(), StandardCharsets.ISO_8859_1);
    }

    private static void exchange(TransportConfig config, HostPort address) {
        Deadline deadline = Deadline.after(PATIENCE);
        try (GrpcNodeConnector connector = new GrpcNodeConnector(CALLER, config);
                ExpertExchange exchange = connector.expertExchange(Wire.WORKER, address);
                CombinedRows answer = exchange.dispatch(rows(), deadline).await(deadline)) {
            assertThat(answer.hidden().toArray(ValueLayout.JAVA_FLOAT)).isEqualTo(rows().expected());
        }
    }

    private static void assertLost(TransportConfig worker, TransportConfig caller, String reason) {
        try (GrpcNodeServer server = worker(worker)) {
            HostPort address = server.start();
            assertThatThrownBy(() -> exchange(caller, address))
                    .hasMessageContaining(Wire.WORKER + ": ")
                    .hasMessageContaining(reason)
                    .isInstanceOfSatisfying(
                            ServingException.class,
                            error -> assertThat(error.code()).isEqualTo(ErrorCode.WORKER_LOST));
        }
    }

    private static void assertInvalid(String file, ThrowingCallable start) {
        assertThatThrownBy(start)
                .hasMessageContaining(file)
                .isInstanceOfSatisfying(
                        ServingException.class,
                        error -> assertThat(error.code()).isEqualTo(ErrorCode.CONFIG_INVALID));
    }
}
