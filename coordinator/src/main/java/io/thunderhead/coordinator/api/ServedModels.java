package io.thunderhead.coordinator.api;

import io.thunderhead.core.error.ErrorCode;
import io.thunderhead.core.error.ServingException;
import java.util.List;

/// The models of this cluster.
public record ServedModels(List<ServedModel> all) {
    public ServedModels {
        all = List.copyOf(all);
    }

    /// By id or alias; throws NOT_FOUND naming parameter `model`.
    public ServedModel named(String name) {
        return all.stream()
                .filter(model -> model.answersTo(name))
                .findFirst()
                .orElseThrow(() -> ServingException.ofParameter(
                        ErrorCode.NOT_FOUND,
                        "model",
                        "model: '" + name + "' is not served here; served are "
                                + all.stream().map(ServedModel::id).toList()));
    }
}
