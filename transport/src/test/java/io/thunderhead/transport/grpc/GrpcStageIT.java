package io.thunderhead.transport.grpc;

import io.thunderhead.transport.TransportConfig;
import io.thunderhead.transport.Wire;
import io.thunderhead.transport.stage.StageContract;

class GrpcStageIT extends StageContract {
    @Override
    protected Wire wire(TransportConfig config) {
        return new GrpcWire(config);
    }
}
