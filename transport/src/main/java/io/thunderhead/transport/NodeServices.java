package io.thunderhead.transport;

import io.thunderhead.transport.exchange.ExpertService;
import io.thunderhead.transport.stage.StageService;
import java.util.Optional;

/// What a node offers to others, over whatever wire.
public record NodeServices(Optional<ExpertService> experts, Optional<StageService> stage) {
    public static NodeServices of(ExpertService experts) {
        return new NodeServices(Optional.of(experts), Optional.empty());
    }

    public static NodeServices of(StageService stage) {
        return new NodeServices(Optional.empty(), Optional.of(stage));
    }
}
