package io.thunderhead.transport.inprocess;

import io.thunderhead.transport.TransportConfig;
import io.thunderhead.transport.Wire;
import io.thunderhead.transport.stage.StageContract;

class InProcessStageTest extends StageContract {
    @Override
    protected Wire wire(TransportConfig config) {
        return new InProcessWire(config);
    }
}
