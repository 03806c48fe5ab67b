package io.thunderhead.model.template;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Values of expressions.
final class ExpressionEvaluator {
    private final Budget budget;

    ExpressionEvaluator(Budget budget) {
        this.budget = budget;
    }

    @Nullable
    Object evaluate(Expression expression, Scope scope) {
        budget.step(expression.line());
        return switch (expression) {
            case Expression.Literal literal -> literal.value();
            case Expression.Name name -> scope.get(name.name());
            case Expression.ListOf list -> evaluateAll(list.items(), scope);
            case Expression.DictOf dict -> dict(dict, scope);
            case Expression.Attribute attribute -> part(attribute.target(), attribute.name(), attribute.line(), scope);
            case Expression.Index index -> part(index.target(), evaluate(index.key(), scope), index.line(), scope);
            case Expression.Slice slice -> slice(slice, scope);
            case Expression.Call call -> call(call, scope);
            case Expression.Filter filter ->
                Filters.apply(
                        filter.name(),
                        evaluate(filter.target(), scope),
                        arguments(filter.arguments(), filter.line(), scope));
            case Expression.Test test -> {
                Object value = evaluate(test.target(), scope);
                Callable.Values arguments = arguments(test.arguments(), test.line(), scope);
                yield Predicates.test(test.name(), value, arguments) != test.negated();
            }
            case Expression.Unary unary -> unary(unary, scope);
            case Expression.Binary binary -> binary(binary, scope);
            case Expression.Conditional conditional -> conditional(conditional, scope);
        };
    }

    boolean isTrue(Expression expression, Scope scope) {
        return Operators.isTrue(evaluate(expression, scope));
    }

    private List<@Nullable Object> evaluateAll(List<Expression> expressions, Scope scope) {
        List<@Nullable Object> values = new ArrayList<>();
        expressions.forEach(expression -> values.add(evaluate(expression, scope)));
        return values;
    }

    private Map<@Nullable Object, @Nullable Object> dict(Expression.DictOf dict, Scope scope) {
        Map<@Nullable Object, @Nullable Object> values = new LinkedHashMap<>();
        dict.entries().forEach(entry -> values.put(evaluate(entry.getKey(), scope), evaluate(entry.getValue(), scope)));
        return values;
    }

    private @Nullable Object part(Expression target, @Nullable Object key, int line, Scope scope) {
        Object value = evaluate(target, scope);
        if (value instanceof Undefined undefined) {
            throw TemplateException.at(line, "'" + undefined.name() + "' is undefined");
        }
        return Attributes.get(value, key);
    }

    private @Nullable Object slice(Expression.Slice slice, Scope scope) {
        Object target = evaluate(slice.target(), scope);
        List<? extends @Nullable Object> items = Operators.items(target, slice.line());
        long step = bound(slice.step(), 1, slice.line(), scope);
        if (step == 0) {
            throw TemplateException.at(slice.line(), "slice step is zero");
        }
        long size = items.size();
        long first = step > 0 ? 0 : size - 1;
        long afterLast = step > 0 ? size : -1;
        long start = slice.start().isEmpty() ? first : clamp(bound(slice.start(), 0, slice.line(), scope), size, step);
        long stop = slice.stop().isEmpty() ? afterLast : clamp(bound(slice.stop(), 0, slice.line(), scope), size, step);
        List<@Nullable Object> part = new ArrayList<>();
        for (long i = start; step > 0 ? i < stop : i > stop; i += Math.clamp(step, -size - 1, size + 1)) {
            part.add(items.get((int) i));
        }
        return target instanceof String ? Methods.join("", part, slice.line()) : part;
    }

    private static long clamp(long bound, long size, long step) {
        long position = bound < 0 ? bound + size : bound;
        return step > 0 ? Math.clamp(position, 0, size) : Math.clamp(position, -1, size - 1);
    }

    private long bound(Optional<Expression> bound, long fallback, int line, Scope scope) {
        Object value = bound.isEmpty() ? null : evaluate(bound.get(), scope);
        return switch (value) {
            case null -> fallback;
            case Long number -> Math.clamp(number, -Budget.LENGTH_MAX, Budget.LENGTH_MAX);
            default -> throw TemplateException.at(line, "slice bound is " + Operators.typeName(value));
        };
    }

    private @Nullable Object call(Expression.Call call, Scope scope) {
        Object target = evaluate(call.target(), scope);
        if (!(target instanceof Callable callable)) {
            throw TemplateException.at(call.line(), Operators.typeName(target) + " cannot be called");
        }
        Callable.Values arguments = arguments(call.arguments(), call.line(), scope);
        budget.enterCall(call.line());
        Object result = callable.call(arguments);
        budget.leaveCall();
        return result;
    }

    private Callable.Values arguments(Expression.Arguments arguments, int line, Scope scope) {
        if (arguments.positional().isEmpty() && arguments.named().isEmpty()) {
            return new Callable.Values(Collections.emptyList(), Collections.emptyMap(), line);
        }
        Map<String, @Nullable Object> named = new HashMap<>();
        arguments.named().forEach((name, value) -> named.put(name, evaluate(value, scope)));
        return new Callable.Values(evaluateAll(arguments.positional(), scope), named, line);
    }

    private @Nullable Object unary(Expression.Unary unary, Scope scope) {
        Object value = evaluate(unary.operand(), scope);
        return unary.operator().equals("not")
                ? (Object) !Operators.isTrue(value)
                : Operators.arithmetic(unary.operator(), 0L, value, unary.line());
    }

    private @Nullable Object binary(Expression.Binary binary, Scope scope) {
        int line = binary.line();
        Object left = evaluate(binary.left(), scope);
        if (binary.operator().equals("and")) {
            return Operators.isTrue(left) ? evaluate(binary.right(), scope) : left;
        }
        if (binary.operator().equals("or")) {
            return Operators.isTrue(left) ? left : evaluate(binary.right(), scope);
        }
        Object right = evaluate(binary.right(), scope);
        return switch (binary.operator()) {
            case "==" -> Operators.equal(left, right);
            case "!=" -> !Operators.equal(left, right);
            case "<" -> Operators.compare(left, right, line) < 0;
            case "<=" -> Operators.compare(left, right, line) <= 0;
            case ">" -> Operators.compare(left, right, line) > 0;
            case ">=" -> Operators.compare(left, right, line) >= 0;
            case "in" -> Operators.contains(right, left, line);
            case "~" ->
                new Output(line)
                        .append(PythonText.str(left, line))
                        .append(PythonText.str(right, line))
                        .toString();
            default -> Operators.arithmetic(binary.operator(), left, right, line);
        };
    }

    private @Nullable Object conditional(Expression.Conditional conditional, Scope scope) {
        if (isTrue(conditional.condition(), scope)) {
            return evaluate(conditional.then(), scope);
        }
        return conditional.otherwise().isPresent()
                ? evaluate(conditional.otherwise().get(), scope)
                : new Undefined("else");
    }
}
