package io.thunderhead.model.template;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A macro, a global function or a bound method.
@FunctionalInterface
interface Callable {
    @Nullable
    Object call(Values arguments);

    /// Evaluated arguments, and the line of the call for messages.
    record Values(List<@Nullable Object> positional, Map<String, @Nullable Object> named, int line) {

        int count() {
            return positional.size() + named.size();
        }

        /// Argument by position or name, or the fallback.
        @Nullable
        Object get(int index, String name, @Nullable Object fallback) {
            if (index < positional.size()) {
                return positional.get(index);
            }
            return named.containsKey(name) ? named.get(name) : fallback;
        }

        @Nullable
        Object required(int index, String name) {
            if (index >= positional.size() && !named.containsKey(name)) {
                throw TemplateException.at(line, "argument '" + name + "' is missing");
            }
            return get(index, name, null);
        }

        String text(int index, String name) {
            if (required(index, name) instanceof String text) {
                return text;
            }
            throw TemplateException.at(line, "argument '" + name + "' is not a string");
        }

        int integer(int index, String name, int fallback) {
            Object value = get(index, name, (long) fallback);
            if (value instanceof Long number && number == number.intValue()) {
                return number.intValue();
            }
            throw TemplateException.at(line, "argument '" + name + "' is not a whole number");
        }
    }
}
