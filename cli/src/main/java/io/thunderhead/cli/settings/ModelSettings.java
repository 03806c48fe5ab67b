package io.thunderhead.cli.settings;

import io.thunderhead.core.config.Setting;
import java.nio.file.Path;

/// Which checkpoint is served.
public record ModelSettings(
        @Setting(
                value = "models/golden-tiny",
                doc = "Folder of the checkpoint: config.json, safetensors, tokenizer; default: the one shipped")
        Path dir,

        @Setting(value = "", doc = "Name under which clients ask for it; default: the folder's name")
        String name) {

    /// The name that clients use.
    public String servedName() {
        Path last = dir.toAbsolutePath().normalize().getFileName();
        return name.isBlank() && last != null ? last.toString() : name;
    }
}
