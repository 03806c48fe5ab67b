package io.thunderhead.core.config;

import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.util.List;
import java.util.stream.Stream;

/// A record type under a prefix; its keys stand in the order of the canonical constructor's parameters.
record ConfigSection<T extends Record>(String prefix, Class<T> type, List<ConfigKey> keys) {

    static <T extends Record> ConfigSection<T> of(String prefix, Class<T> type) {
        List<ConfigKey> keys = Stream.of(type.getRecordComponents())
                .map(component -> ConfigKey.of(prefix, component))
                .toList();
        return new ConfigSection<>(prefix, type, keys);
    }

    /// Throws what the record's own checks throw.
    T create(List<Object> arguments) {
        Class<?>[] parameters = Stream.of(type.getRecordComponents())
                .map(RecordComponent::getType)
                .toArray(Class<?>[]::new);
        try {
            Constructor<T> constructor = type.getDeclaredConstructor(parameters);
            constructor.setAccessible(true);
            return constructor.newInstance(arguments.toArray());
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof RuntimeException check) {
                throw check;
            }
            throw new IllegalStateException(e);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }
}
