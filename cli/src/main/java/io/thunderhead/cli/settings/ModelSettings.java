package io.thunderhead.cli.settings;

import io.thunderhead.core.config.Setting;
import io.thunderhead.model.checkpoint.Quantization;
import java.nio.file.Path;

/// Which checkpoint is served.
public record ModelSettings(
        @Setting(
                value = ModelSettings.SHIPPED,
                doc = "Folder of the checkpoint: config.json, safetensors, tokenizer; default: the one shipped")
        Path dir,

        @Setting(
                value = "",
                doc = "Name under which clients ask for it; default: the folder's name, and of models/demo"
                        + " thunderhead-demo")
        String name,

        @Setting(
                value = "none",
                doc = "Weights of attention and experts: none (as stored) or int8 (quantized while loading, unless they"
                        + " are stored so); the same for every worker of a cluster")
        Quantization quantize) {
    /// The checkpoint that commands serve unless told otherwise.
    public static final String SHIPPED = "models/demo";

    private static final Path DEMO = Path.of("models", "demo");
    private static final String DEMO_NAME = "thunderhead-demo";

    /// The name that clients use.
    public String servedName() {
        if (!name.isBlank()) {
            return name;
        }
        Path folder = dir.toAbsolutePath().normalize();
        return folder.endsWith(DEMO) ? DEMO_NAME : String.valueOf(folder.getFileName());
    }
}
