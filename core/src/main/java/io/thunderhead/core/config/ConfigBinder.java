package io.thunderhead.core.config;

import io.thunderhead.core.error.ErrorCode;
import io.thunderhead.core.error.ServingException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/// One binding: lays the layers over each other, fills the sections, and collects what is wrong. Used once.
final class ConfigBinder {
    private final Map<String, ConfigValue> unused = new TreeMap<>();
    private final List<ConfigProblem> problems = new ArrayList<>();

    ConfigBinder(List<ConfigLayer> layers) {
        layers.forEach(layer -> unused.putAll(layer.values()));
    }

    Config bind(List<ConfigSection<?>> sections) {
        Map<Class<?>, Record> records = new HashMap<>();
        for (ConfigSection<?> section : sections) {
            bind(section, records);
        }
        refuseUnknownKeys(sections);
        if (!problems.isEmpty()) {
            throw new ServingException(ErrorCode.CONFIG_INVALID, report());
        }
        return new Config(records);
    }

    private void bind(ConfigSection<?> section, Map<Class<?>, Record> records) {
        int problemsBefore = problems.size();
        List<Object> arguments = new ArrayList<>();
        for (ConfigKey key : section.keys()) {
            ConfigValue given = unused.remove(key.name());
            ConfigValue value = given == null ? new ConfigValue(key.defaultText(), "default") : given;
            try {
                arguments.add(key.parse(value.text()));
            } catch (IllegalArgumentException e) {
                problems.add(new ConfigProblem(key.name(), value.origin(), String.valueOf(e.getMessage())));
            }
        }
        if (problems.size() == problemsBefore) {
            create(section, arguments, records);
        }
    }

    private void create(ConfigSection<?> section, List<Object> arguments, Map<Class<?>, Record> records) {
        try {
            records.put(section.type(), section.create(arguments));
        } catch (IllegalArgumentException | ServingException e) {
            problems.add(new ConfigProblem(section.prefix(), "", String.valueOf(e.getMessage())));
        }
    }

    private void refuseUnknownKeys(List<ConfigSection<?>> sections) {
        List<String> known = sections.stream()
                .flatMap(section -> section.keys().stream())
                .mapMulti((ConfigKey key, Consumer<String> names) -> {
                    names.accept(key.name());
                    names.accept(key.environmentName());
                })
                .toList();
        unused.forEach((key, value) -> {
            String suggestion = Spelling.nearest(key, known)
                    .map(near -> ", did you mean " + near + "?")
                    .orElse("");
            problems.add(new ConfigProblem(key, value.origin(), "unknown key" + suggestion));
        });
    }

    private String report() {
        String head = problems.size() == 1 ? "1 problem" : problems.size() + " problems";
        return problems.stream()
                .map(problem -> "  " + problem)
                .collect(Collectors.joining("\n", head + " in the configuration\n", ""));
    }
}
