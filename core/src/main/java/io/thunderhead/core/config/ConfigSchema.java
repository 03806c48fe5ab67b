package io.thunderhead.core.config;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// All sections of a configuration: which record stands under which prefix. Immutable.
public final class ConfigSchema {
    /// What Kubernetes puts into every container for services of the namespace, which may be named like us.
    private static final Pattern SERVICE_LINK = Pattern.compile("\\w+_SERVICE_(HOST|PORT(_\\w+)?)=.*"
            + "|\\w+_PORT=(tcp|udp|sctp)://.*"
            + "|\\w+_PORT_\\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?=.*");

    private final List<ConfigSection<?>> sections;

    private ConfigSchema(List<ConfigSection<?>> sections) {
        this.sections = List.copyOf(sections);
    }

    public static ConfigSchema empty() {
        return new ConfigSchema(List.of());
    }

    /// This schema and one more section. Throws IllegalArgumentException if a component has no [Setting] or a type
    /// without text form.
    public <T extends Record> ConfigSchema section(String prefix, Class<T> type) {
        List<ConfigSection<?>> more = new ArrayList<>(sections);
        more.add(ConfigSection.of(prefix, type));
        return new ConfigSchema(more);
    }

    /// In the order in which sections and components were declared.
    public List<ConfigKey> keys() {
        return sections.stream().flatMap(section -> section.keys().stream()).toList();
    }

    /// The settings in an environment; other variables that start with `THUNDERHEAD_` are kept, so that binding
    /// refuses them.
    public ConfigLayer environment(Map<String, String> variables) {
        Map<String, String> keyByVariable = new LinkedHashMap<>();
        keys().forEach(key -> keyByVariable.put(key.environmentName(), key.name()));
        Map<String, ConfigValue> values = new LinkedHashMap<>();
        variables.forEach((variable, text) -> {
            if (variable.startsWith("THUNDERHEAD_")
                    && !SERVICE_LINK.matcher(variable + "=" + text).matches()) {
                values.put(keyByVariable.getOrDefault(variable, variable), new ConfigValue(text, variable));
            }
        });
        return new ConfigLayer(values);
    }

    /// Binds all sections; a later layer wins over an earlier one, the defaults are under all of them. Throws
    /// CONFIG_INVALID with every unknown key and every bad value of the effective settings.
    public Config bind(List<ConfigLayer> layers) {
        return new ConfigBinder(layers).bind(sections);
    }

    public Config bind(ConfigLayer... layers) {
        return bind(Stream.of(layers).toList());
    }
}
