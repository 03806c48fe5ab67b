package io.thunderhead.cli.settings;

import io.thunderhead.core.config.ConfigKey;
import io.thunderhead.core.config.ConfigSchema;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/// All keys of a schema, written for people.
public final class ConfigReference {
    private final List<ConfigKey> keys;

    public ConfigReference(ConfigSchema schema) {
        keys = schema.keys();
    }

    /// For a terminal: two lines a key.
    public String text() {
        return keys.stream()
                .map(key -> String.format(
                        Locale.ROOT,
                        "%s = %s%n    %s%n    %s; %s%n",
                        key.name(),
                        key.defaultText().isEmpty() ? "(none)" : key.defaultText(),
                        key.doc(),
                        key.expected(),
                        key.environmentName()))
                .collect(Collectors.joining());
    }

    /// A configuration file with every key at its default, commented.
    public String yaml() {
        StringBuilder yaml = new StringBuilder();
        String section = "";
        for (ConfigKey key : keys) {
            int dot = key.name().lastIndexOf('.');
            if (!key.name().substring(0, dot).equals(section)) {
                section = key.name().substring(0, dot);
                yaml.append(section).append(":\n");
            }
            yaml.append("  # ")
                    .append(key.doc())
                    .append(" (")
                    .append(key.expected())
                    .append(")\n");
            yaml.append(key.defaultText().isEmpty() ? "  # " : "  ")
                    .append(key.name().substring(dot + 1));
            yaml.append(": ")
                    .append(key.defaultText().isEmpty() ? "" : quoted(key.defaultText()))
                    .append('\n');
        }
        return yaml.toString();
    }

    /// docs/CONFIG.md.
    public String markdown() {
        String head = """
                # Configuration

                One typed configuration for all roles. Sources, the later wins: defaults, the file of `--config`
                (YAML; nested maps or dotted keys), the environment (`scheduler.max-running` is
                `THUNDERHEAD_SCHEDULER_MAX_RUNNING`), `--set key=value` and the named flags. Unknown keys and bad values refuse
                the start; all of them are listed at once. Durations: `500ms`, `30s`, `2m`, `1h`; sizes: `64MiB`, `80GB`; lists have
                commas. Written by `thunderhead config --markdown`; a test compares.

                | key | default | expected | meaning |
                | --- | --- | --- | --- |
                """;
        return keys.stream()
                .map(key -> String.format(
                        Locale.ROOT,
                        "| `%s` | %s | %s | %s |%n",
                        key.name(),
                        key.defaultText().isEmpty() ? "" : "`" + key.defaultText() + "`",
                        key.expected(),
                        key.doc()))
                .collect(Collectors.joining("", head, ""));
    }

    private static String quoted(String text) {
        return text.matches("[A-Za-z0-9./-]+") ? text : "'" + text.replace("'", "''") + "'";
    }
}
