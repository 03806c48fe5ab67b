package io.thunderhead.cli.settings;

import io.thunderhead.core.config.Config;
import io.thunderhead.core.config.ConfigKey;
import io.thunderhead.core.config.ConfigLayer;
import io.thunderhead.core.config.ConfigValue;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// The flags of every command that reads the configuration. A named flag (`--port`) is another spelling of a key; both
/// are checked in one place, the schema.
public final class ConfigOptions {
    private static final String FILE_VARIABLE = "THUNDERHEAD_CONFIG";

    @Option(
            names = "--config",
            paramLabel = "FILE",
            defaultValue = "${env:THUNDERHEAD_CONFIG}",
            description =
                    "Configuration file (YAML); default: $THUNDERHEAD_CONFIG. `thunderhead config` lists the keys.")
    private @Nullable Path file;

    @Option(
            names = "--set",
            paramLabel = "KEY=VALUE",
            description = "Sets one key, e.g. --set serve.stop-grace=5s; may be repeated.")
    private Map<String, String> settings = new LinkedHashMap<>();

    @Option(
            names = "--model",
            paramLabel = "DIR",
            description = "Folder of the checkpoint (model.dir); default: the small one that is shipped.")
    private @Nullable String model;

    @Option(
            names = "--quantize",
            paramLabel = "none|int8",
            description = "Weights of attention and experts (model.quantize); default: as stored.")
    private @Nullable String quantize;

    private final Map<String, ConfigValue> namedFlags = new LinkedHashMap<>();

    /// Says that `flag` was given (or not: null) and stands for `key`.
    public ConfigOptions flag(String flag, String key, @Nullable Object value) {
        if (value != null) {
            namedFlags.put(key, new ConfigValue(value.toString(), flag));
        }
        return this;
    }

    /// Throws CONFIG_INVALID with all problems.
    public Config load(Map<String, String> environment) {
        return ThunderheadSchema.SCHEMA.bind(layers(environment));
    }

    /// The given environment with every setting of file and flags added, for child processes: environment rather than
    /// arguments, so that no setting shows in a list of processes. Unchecked.
    public Map<String, String> environment(Map<String, String> environment) {
        Map<String, String> handedOn = new LinkedHashMap<>(environment);
        handedOn.remove(FILE_VARIABLE);
        Map<String, ConfigValue> effective = new LinkedHashMap<>();
        layers(environment).forEach(layer -> effective.putAll(layer.values()));
        for (ConfigKey key : ThunderheadSchema.SCHEMA.keys()) {
            ConfigValue value = effective.get(key.name());
            if (value != null) {
                handedOn.put(key.environmentName(), value.text());
            }
        }
        return handedOn;
    }

    private List<ConfigLayer> layers(Map<String, String> environment) {
        Map<String, String> variables = new LinkedHashMap<>(environment);
        variables.remove(FILE_VARIABLE);
        flag("--model", "model.dir", model).flag("--quantize", "model.quantize", quantize);
        List<ConfigLayer> layers = new ArrayList<>();
        if (file != null && !file.toString().isEmpty()) {
            layers.add(YamlLayer.read(file));
        }
        layers.add(ThunderheadSchema.SCHEMA.environment(variables));
        layers.add(ConfigLayer.of("--set", settings));
        layers.add(new ConfigLayer(namedFlags));
        return layers;
    }
}
