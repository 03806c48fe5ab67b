package io.thunderhead.helm;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import java.lang.reflect.Field;
import java.lang.reflect.InvocationTargetException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// What a document has and its type does not: the parser puts that into maps of "additional properties", at every
/// level.
final class UnknownFields {
    private final List<String> found = new ArrayList<>();

    private UnknownFields() {}

    /// Paths like `spec.template.spec.containers[0].livenessProbe.failureTreshold`.
    static List<String> of(Object object) {
        if (object instanceof GenericKubernetesResource extension) {
            return OperatorTypes.mistakes(extension);
        }
        UnknownFields fields = new UnknownFields();
        fields.visit(object, "");
        return fields.found;
    }

    private void visit(Object object, String path) {
        switch (object) {
            case List<?> list -> {
                for (int i = 0; i < list.size(); i++) {
                    visit(list.get(i), path + "[" + i + "]");
                }
            }
            case Map<?, ?> map -> map.forEach((key, value) -> visit(value, path + "." + key));
            default -> {
                if (object.getClass().getName().startsWith("io.fabric8.kubernetes.api.model")
                        && !object.getClass().isEnum()) {
                    visitModel(object, path);
                }
            }
        }
    }

    private void visitModel(Object model, String path) {
        try {
            for (Class<?> type = model.getClass(); type != null && type != Object.class; type = type.getSuperclass()) {
                for (Field field : type.getDeclaredFields()) {
                    if (field.getName().equals("additionalProperties")) {
                        additional(model).keySet().forEach(key -> found.add(path + "." + key));
                    } else if (!java.lang.reflect.Modifier.isStatic(field.getModifiers())) {
                        field.setAccessible(true);
                        Object value = field.get(model);
                        if (value != null) {
                            visit(value, path.isEmpty() ? field.getName() : path + "." + field.getName());
                        }
                    }
                }
            }
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(path, e);
        }
    }

    private static Map<?, ?> additional(Object model)
            throws NoSuchMethodException, InvocationTargetException, IllegalAccessException {
        return (Map<?, ?>) model.getClass().getMethod("getAdditionalProperties").invoke(model);
    }
}
