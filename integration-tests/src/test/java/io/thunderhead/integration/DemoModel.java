package io.thunderhead.integration;

import io.thunderhead.model.testing.Goldens;
import java.nio.file.Path;

/// The trained checkpoint that ships with the project: where text should mean something.
final class DemoModel {
    static final Path FOLDER = Goldens.shipped("demo");

    private DemoModel() {}
}
