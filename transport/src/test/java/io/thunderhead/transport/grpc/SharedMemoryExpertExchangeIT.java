package io.thunderhead.transport.grpc;

import io.thunderhead.transport.TestConfigs;
import io.thunderhead.transport.TransportConfig;
import io.thunderhead.transport.Wire;
import io.thunderhead.transport.exchange.ExpertExchangeContract;

class SharedMemoryExpertExchangeIT extends ExpertExchangeContract {
    @Override
    protected Wire wire(TransportConfig config) {
        return new SharedMemoryWire(TestConfigs.sharedMemory(config.maxInFlight()));
    }
}
