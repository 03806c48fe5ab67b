package io.thunderhead.coordinator.openai;

import io.thunderhead.coordinator.api.ServedModel;
import io.thunderhead.coordinator.api.ServedModels;

/// `model` where it may be left out if only one is served.
final class ModelField {
    private ModelField() {}

    static ServedModel read(Fields fields, ServedModels models) {
        boolean only = models.all().size() == 1 && fields.value("model").isEmpty();
        return only ? models.all().getFirst() : models.named(fields.requiredString("model"));
    }
}
