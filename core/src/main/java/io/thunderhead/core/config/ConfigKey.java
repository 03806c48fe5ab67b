package io.thunderhead.core.config;

import java.lang.reflect.RecordComponent;
import java.math.BigDecimal;
import java.util.Locale;

/// One key of the configuration: what may stand there and what for.
public final class ConfigKey {
    private static final String ENVIRONMENT_PREFIX = "THUNDERHEAD_";

    private final String name;
    private final Setting setting;
    private final ValueType type;

    private ConfigKey(String name, Setting setting, ValueType type) {
        this.name = name;
        this.setting = setting;
        this.type = type;
    }

    static ConfigKey of(String prefix, RecordComponent component) {
        Setting setting = component.getAnnotation(Setting.class);
        if (setting == null) {
            throw new IllegalArgumentException(
                    component.getDeclaringRecord().getName() + "." + component.getName() + " has no @Setting");
        }
        String kebab =
                component.getName().replaceAll("([a-z0-9])([A-Z])", "$1-$2").toLowerCase(Locale.ROOT);
        return new ConfigKey(
                prefix.isEmpty() ? kebab : prefix + "." + kebab, setting, ValueType.of(component.getGenericType()));
    }

    /// `scheduler.max-batch-tokens`
    public String name() {
        return name;
    }

    /// `THUNDERHEAD_SCHEDULER_MAX_BATCH_TOKENS`
    public String environmentName() {
        return ENVIRONMENT_PREFIX + name.replace('.', '_').replace('-', '_').toUpperCase(Locale.ROOT);
    }

    /// Text form of the default; empty where there is none.
    public String defaultText() {
        return setting.value();
    }

    public String doc() {
        return setting.doc();
    }

    /// Type and range in words: `an integer from 1 to 65535`.
    public String expected() {
        boolean bounded = setting.min() != Long.MIN_VALUE;
        if (setting.max() != Long.MAX_VALUE) {
            String high = type.shown(setting.max());
            return type.expected()
                    + (bounded ? " from " + type.shown(setting.min()) + " to " + high : " of at most " + high);
        }
        return bounded ? type.expected() + " of at least " + type.shown(setting.min()) : type.expected();
    }

    /// Throws IllegalArgumentException saying what was expected.
    Object parse(String text) {
        Object value;
        try {
            value = type.parse(text);
        } catch (IllegalArgumentException | ArithmeticException e) {
            throw new IllegalArgumentException("expected " + expected() + ", found '" + text + "'", e);
        }
        for (BigDecimal number : type.magnitudes(value)) {
            if (number.compareTo(BigDecimal.valueOf(setting.min())) < 0
                    || number.compareTo(BigDecimal.valueOf(setting.max())) > 0) {
                throw new IllegalArgumentException("expected " + expected() + ", found '" + text + "'");
            }
        }
        return value;
    }
}
