package io.thunderhead.model.template;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Parts of values by key or name; [Undefined] when there is no such part. Never reaches into Java objects.
final class Attributes {
    private Attributes() {}

    /// `value[key]`, and for names also `value.name`: a mapping's own key before its methods.
    static @Nullable Object get(@Nullable Object value, @Nullable Object key) {
        return switch (value) {
            case Map<?, ?> map when map.containsKey(key) -> map.get(key);
            case Map<?, ?> map when key instanceof String name -> Methods.of(map, name);
            case List<?> list when key instanceof Long index -> at(list, index);
            case String text
            when key instanceof Long index ->
                at(text.codePoints().mapToObj(Character::toString).toList(), index);
            case String text when key instanceof String name -> Methods.of(text, name);
            case Namespace namespace when key instanceof String name -> namespace.get(name);
            case null, default -> new Undefined(String.valueOf(key));
        };
    }

    private static @Nullable Object at(List<?> list, long index) {
        long position = index < 0 ? index + list.size() : index;
        return position >= 0 && position < list.size() ? list.get((int) position) : new Undefined("index " + index);
    }
}
