package io.thunderhead.transport.grpc;

import io.thunderhead.transport.TransportConfig;
import io.thunderhead.transport.Wire;
import io.thunderhead.transport.exchange.ExpertExchangeContract;

class GrpcExpertExchangeIT extends ExpertExchangeContract {
    @Override
    protected Wire wire(TransportConfig config) {
        return new GrpcWire(config);
    }
}
