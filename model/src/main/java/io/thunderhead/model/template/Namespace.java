package io.thunderhead.model.template;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// `namespace(...)`: the one thing that a loop's body can change for its outside.
final class Namespace {
    private final Map<String, @Nullable Object> attributes;

    Namespace(Map<String, @Nullable Object> attributes) {
        this.attributes = new HashMap<>(attributes);
    }

    @Nullable
    Object get(String name) {
        return attributes.containsKey(name) ? attributes.get(name) : new Undefined(name);
    }

    void set(String name, @Nullable Object value) {
        attributes.put(name, value);
    }
}
