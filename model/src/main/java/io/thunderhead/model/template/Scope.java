package io.thunderhead.model.template;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Names and values; inner scopes see outer ones and set only their own.
final class Scope {
    private final @Nullable Scope outer;
    private final Map<String, @Nullable Object> values;

    Scope(Map<String, ? extends @Nullable Object> values) {
        this(null, values);
    }

    private Scope(@Nullable Scope outer, Map<String, ? extends @Nullable Object> values) {
        this.outer = outer;
        this.values = new HashMap<>(values);
    }

    Scope inner() {
        return new Scope(this, Map.of());
    }

    @Nullable
    Object get(String name) {
        for (Scope scope = this; scope != null; scope = scope.outer) {
            if (scope.values.containsKey(name)) {
                return scope.values.get(name);
            }
        }
        return new Undefined(name);
    }

    void set(String name, @Nullable Object value) {
        values.put(name, value);
    }
}
