package io.thunderhead.transport.inprocess;

import io.thunderhead.transport.TransportConfig;
import io.thunderhead.transport.Wire;
import io.thunderhead.transport.exchange.ExpertExchangeContract;

class InProcessExpertExchangeTest extends ExpertExchangeContract {
    @Override
    protected Wire wire(TransportConfig config) {
        return new InProcessWire(config);
    }
}
