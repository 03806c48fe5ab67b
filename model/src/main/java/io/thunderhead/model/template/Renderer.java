package io.thunderhead.model.template;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Runs statements; one rendering each. Not thread-safe.
final class Renderer {
    private final Budget budget = new Budget();
    private final ExpressionEvaluator expressions = new ExpressionEvaluator(budget);

    /// How a list of statements ended.
    private enum End {
        NORMAL,
        BREAK,
        CONTINUE
    }

    String render(List<Statement> statements, Scope scope) {
        Output output = new Output(1);
        run(statements, scope, output);
        return output.toString();
    }

    private End run(List<Statement> statements, Scope scope, Output output) {
        for (Statement statement : statements) {
            End end = run(statement, scope, output);
            if (end != End.NORMAL) {
                return end;
            }
        }
        return End.NORMAL;
    }

    private End run(Statement statement, Scope scope, Output output) {
        budget.step(statement.line());
        switch (statement) {
            case Statement.Text text -> output.append(text.text());
            case Statement.Print print ->
                output.append(PythonText.str(expressions.evaluate(print.value(), scope), print.line()));
            case Statement.If choice -> {
                return run(
                        expressions.isTrue(choice.condition(), scope) ? choice.then() : choice.otherwise(),
                        scope,
                        output);
            }
            case Statement.For loop -> {
                return loop(loop, scope, output);
            }
            case Statement.Break _ -> {
                return End.BREAK;
            }
            case Statement.Continue _ -> {
                return End.CONTINUE;
            }
            case Statement.SetNames set ->
                assign(set.names(), expressions.evaluate(set.value(), scope), set.line(), scope);
            case Statement.SetAttribute set -> setAttribute(set, scope);
            case Statement.SetBlock set -> scope.set(set.name(), rendered(set.body(), scope.inner(), set.line()));
            case Statement.Macro macro ->
                scope.set(macro.name(), (Callable) arguments -> call(macro, scope, arguments));
            case Statement.Generation generation -> {
                return run(generation.body(), scope, output);
            }
        }
        return End.NORMAL;
    }

    private String rendered(List<Statement> body, Scope scope, int line) {
        Output output = new Output(line);
        run(body, scope, output);
        return output.toString();
    }

    private void setAttribute(Statement.SetAttribute set, Scope scope) {
        if (!(scope.get(set.namespace()) instanceof Namespace namespace)) {
            throw TemplateException.at(set.line(), "'" + set.namespace() + "' is not a namespace");
        }
        namespace.set(set.attribute(), expressions.evaluate(set.value(), scope));
    }

    private static void assign(List<String> names, @Nullable Object value, int line, Scope scope) {
        if (names.size() == 1) {
            scope.set(names.getFirst(), value);
            return;
        }
        List<? extends @Nullable Object> parts = Operators.items(value, line);
        if (parts.size() != names.size()) {
            throw TemplateException.at(line, parts.size() + " values for " + names.size() + " names");
        }
        for (int i = 0; i < parts.size(); i++) {
            scope.set(names.get(i), parts.get(i));
        }
    }

    private End loop(Statement.For loop, Scope scope, Output output) {
        List<? extends @Nullable Object> items = filtered(loop, scope);
        for (int index = 0; index < items.size(); index++) {
            budget.step(loop.line());
            Scope inner = scope.inner();
            assign(loop.names(), items.get(index), loop.line(), inner);
            inner.set("loop", loopVariable(items, index));
            if (run(loop.body(), inner, output) == End.BREAK) {
                return End.NORMAL;
            }
        }
        return items.isEmpty() ? run(loop.otherwise(), scope, output) : End.NORMAL;
    }

    private List<? extends @Nullable Object> filtered(Statement.For loop, Scope scope) {
        List<? extends @Nullable Object> items =
                Operators.items(expressions.evaluate(loop.items(), scope), loop.line());
        if (loop.filter().isEmpty()) {
            return items;
        }
        List<@Nullable Object> kept = new ArrayList<>();
        for (Object item : items) {
            Scope inner = scope.inner();
            assign(loop.names(), item, loop.line(), inner);
            if (expressions.isTrue(loop.filter().get(), inner)) {
                kept.add(item);
            }
        }
        return kept;
    }

    private static Map<String, @Nullable Object> loopVariable(List<? extends @Nullable Object> items, int index) {
        int size = items.size();
        Map<String, @Nullable Object> loop = new HashMap<>();
        loop.put("index", index + 1L);
        loop.put("index0", (long) index);
        loop.put("revindex", (long) size - index);
        loop.put("revindex0", size - index - 1L);
        loop.put("first", index == 0);
        loop.put("last", index == size - 1);
        loop.put("length", (long) size);
        loop.put("previtem", index > 0 ? items.get(index - 1) : new Undefined("previtem"));
        loop.put("nextitem", index < size - 1 ? items.get(index + 1) : new Undefined("nextitem"));
        loop.put("cycle", (Callable) arguments -> arguments.positional().isEmpty()
                ? new Undefined("cycle")
                : arguments.positional().get(index % arguments.positional().size()));
        return loop;
    }

    private String call(Statement.Macro macro, Scope definition, Callable.Values arguments) {
        if (arguments.count() > macro.parameters().size()) {
            throw TemplateException.at(arguments.line(), "too many arguments for macro '" + macro.name() + "'");
        }
        Scope scope = definition.inner();
        for (int i = 0; i < macro.parameters().size(); i++) {
            String parameter = macro.parameters().get(i);
            Object value = arguments.get(i, parameter, new Undefined(parameter));
            Expression fallback = macro.defaults().get(parameter);
            scope.set(
                    parameter,
                    value instanceof Undefined && fallback != null ? expressions.evaluate(fallback, scope) : value);
        }
        return rendered(macro.body(), scope, macro.line());
    }
}
