package io.thunderhead.model.template;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Python's meaning of truth, equality, order and arithmetic on template values.
final class Operators {
    private Operators() {}

    static boolean isTrue(@Nullable Object value) {
        return switch (value) {
            case null -> false;
            case Undefined _ -> false;
            case Boolean flag -> flag;
            case Long number -> number != 0;
            case Double number -> number != 0;
            case String text -> !text.isEmpty();
            case List<?> list -> !list.isEmpty();
            case Map<?, ?> map -> !map.isEmpty();
            default -> true;
        };
    }

    static boolean equal(@Nullable Object left, @Nullable Object right) {
        if (isNumber(left) && isNumber(right)) {
            return compareNumbers(left, right) == 0;
        }
        return Objects.equals(left, right);
    }

    static int compare(@Nullable Object left, @Nullable Object right, int line) {
        if (isNumber(left) && isNumber(right)) {
            return compareNumbers(left, right);
        }
        if (left instanceof String a && right instanceof String b) {
            return a.compareTo(b);
        }
        throw TemplateException.at(line, "cannot order " + typeName(left) + " and " + typeName(right));
    }

    static boolean contains(@Nullable Object container, @Nullable Object item, int line) {
        return switch (container) {
            case String text when item instanceof String part -> text.contains(part);
            case List<?> list -> list.stream().anyMatch(element -> equal(element, item));
            case Map<?, ?> map -> map.containsKey(item);
            case Undefined _ -> false;
            case null, default -> throw TemplateException.at(line, typeName(container) + " has no parts to look in");
        };
    }

    static Object arithmetic(String operator, @Nullable Object left, @Nullable Object right, int line) {
        if (isNumber(left) && isNumber(right)) {
            return isDouble(left) || isDouble(right) || operator.equals("/")
                    ? onDoubles(operator, toDouble(left), toDouble(right), line)
                    : onLongs(operator, toLong(left), toLong(right), line);
        }
        if (operator.equals("+") && left instanceof String a && right instanceof String b) {
            Budget.checkLength((long) a.length() + b.length(), line);
            return a + b;
        }
        if (operator.equals("+") && left instanceof List<?> a && right instanceof List<?> b) {
            Budget.checkLength((long) a.size() + b.size(), line);
            List<@Nullable Object> both = new ArrayList<>(a);
            both.addAll(b);
            return both;
        }
        if (operator.equals("*") && right instanceof Long times && left instanceof String text) {
            Budget.checkLength(text.length() * Math.clamp(times, 0L, Budget.LENGTH_MAX + 1L), line);
            return text.repeat((int) Math.max(0, times));
        }
        throw TemplateException.at(
                line, "cannot apply '" + operator + "' to " + typeName(left) + " and " + typeName(right));
    }

    /// What `for`, `list` and `join` go over.
    static List<? extends @Nullable Object> items(@Nullable Object value, int line) {
        return switch (value) {
            case List<?> list -> list;
            case Map<?, ?> map -> new ArrayList<>(map.keySet());
            case String text -> text.codePoints().mapToObj(Character::toString).toList();
            case Undefined _ -> Collections.emptyList();
            case null, default -> throw TemplateException.at(line, typeName(value) + " cannot be iterated");
        };
    }

    static String typeName(@Nullable Object value) {
        return switch (value) {
            case null -> "none";
            case Undefined undefined -> "undefined '" + undefined.name() + "'";
            case String _ -> "a string";
            case Boolean _ -> "a boolean";
            case Number _ -> "a number";
            case List<?> _ -> "a list";
            case Map<?, ?> _ -> "a mapping";
            case Namespace _ -> "a namespace";
            default -> "a function";
        };
    }

    static boolean isNumber(@Nullable Object value) {
        return value instanceof Number || value instanceof Boolean;
    }

    private static boolean isDouble(@Nullable Object value) {
        return value instanceof Double;
    }

    private static int compareNumbers(@Nullable Object left, @Nullable Object right) {
        return isDouble(left) || isDouble(right)
                ? Double.compare(toDouble(left), toDouble(right))
                : Long.compare(toLong(left), toLong(right));
    }

    private static double toDouble(@Nullable Object value) {
        return value instanceof Number number ? number.doubleValue() : toLong(value);
    }

    private static long toLong(@Nullable Object value) {
        return value instanceof Number number ? number.longValue() : Boolean.TRUE.equals(value) ? 1 : 0;
    }

    private static Object onLongs(String operator, long left, long right, int line) {
        try {
            return switch (operator) {
                case "+" -> Math.addExact(left, right);
                case "-" -> Math.subtractExact(left, right);
                case "*" -> Math.multiplyExact(left, right);
                case "//" -> Math.floorDiv(left, right);
                case "%" -> Math.floorMod(left, right);
                default -> onDoubles(operator, (double) left, (double) right, line);
            };
        } catch (ArithmeticException e) {
            throw TemplateException.at(line, left + " " + operator + " " + right + ": " + e.getMessage());
        }
    }

    private static Object onDoubles(String operator, double left, double right, int line) {
        if (right == 0 && (operator.equals("/") || operator.equals("//") || operator.equals("%"))) {
            throw TemplateException.at(line, "division by zero");
        }
        return switch (operator) {
            case "+" -> left + right;
            case "-" -> left - right;
            case "*" -> left * right;
            case "/" -> left / right;
            case "//" -> Math.floor(left / right);
            case "%" -> left - right * Math.floor(left / right);
            case "**" -> power(left, right);
            default -> throw TemplateException.at(line, "unknown operator '" + operator + "'");
        };
    }

    private static Object power(double left, double right) {
        double result = Math.pow(left, right);
        boolean whole = left == Math.rint(left) && right == Math.rint(right) && right >= 0;
        return whole && Math.abs(result) < 1L << 53 ? (Object) (long) result : (Object) result;
    }
}
