package io.thunderhead.transport.grpc;

import io.thunderhead.core.testing.TestAuthority;
import io.thunderhead.transport.TestConfigs;
import io.thunderhead.transport.TransportConfig;
import io.thunderhead.transport.Wire;
import io.thunderhead.transport.exchange.ExpertExchangeContract;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

class TlsExpertExchangeIT extends ExpertExchangeContract {
    @TempDir
    private static Path folder;

    private static TransportConfig node;

    @BeforeAll
    static void issue() {
        TestAuthority authority = TestAuthority.create(folder);
        node = TestConfigs.tls(authority.issue("ip:127.0.0.1"), authority.certificate());
    }

    /// @param config its limits are those of [TestConfigs#tls] too
    @Override
    protected Wire wire(TransportConfig config) {
        return new GrpcWire(node);
    }
}
