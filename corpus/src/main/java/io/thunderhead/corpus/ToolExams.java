package io.thunderhead.corpus;

import io.thunderhead.corpus.words.Dice;
import io.thunderhead.corpus.words.Lexicon;
import io.thunderhead.corpus.words.Names;
import io.thunderhead.corpus.words.Numbers;
import io.thunderhead.corpus.words.Phrases;
import io.thunderhead.corpus.words.Split;
import io.thunderhead.corpus.words.Titles;
import io.thunderhead.corpus.words.Values;
import io.thunderhead.model.tokenizer.ChatMessage;
import io.thunderhead.model.tokenizer.ChatMessage.ToolCall;
import io.thunderhead.model.tokenizer.FunctionCalls;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/// Requests that a tool fulfils, and answers from what it returned. The template writes the definitions after all
/// messages, so each turn of the assistant is a conversation of its own.
final class ToolExams {
    private static final Phrases PHRASES = Phrases.read("tools.txt");
    private static final List<ToolKind> KINDS = ToolKind.of(PHRASES.lines("kinds"));
    private static final int TOOLS_MAX = 4;
    private static final int TOOL_TOKENS = 80;

    private final Split split;
    private final Dice dice;
    private final Names names;
    private final Lengths lengths;

    ToolExams(Split split, Dice dice, Lengths lengths) {
        this.split = split;
        this.dice = dice;
        this.names = new Names(split, dice);
        this.lengths = lengths;
    }

    /// @param tasks TOOL_CALL, TOOL_RESULT, SMALL_TALK (tools are there but not needed)
    Exam of(int tokens, Set<Task> tasks) {
        int most = Math.clamp((tokens - TOOL_TOKENS) / TOOL_TOKENS, 1, TOOLS_MAX);
        List<ToolKind> kinds = dice.shuffled(KINDS).subList(0, dice.between(1, most));
        List<String> functions =
                kinds.stream().map(kind -> kind.functionName(names, dice)).toList();
        List<JsonNode> tools = new ArrayList<>();
        for (int i = 0; i < kinds.size(); i++) {
            tools.add(kinds.get(i).definition(functions.get(i)));
        }
        int used = dice.below(kinds.size());
        List<Task> allowed =
                List.of(Task.TOOL_CALL, Task.TOOL_CALL, Task.TOOL_RESULT, Task.TOOL_RESULT, Task.SMALL_TALK).stream()
                        .filter(tasks::contains)
                        .toList();
        return switch (dice.pick(allowed)) {
            case TOOL_CALL -> call(kinds.get(used), functions.get(used), tools);
            case TOOL_RESULT -> result(kinds.get(used), functions.get(used), tools);
            default ->
                new Exam(
                        List.of(),
                        tools,
                        SmallTalk.exam(SmallTalk.ENGLISH, 100, lengths, dice).questions());
        };
    }

    private Exam call(ToolKind kind, String function, List<JsonNode> tools) {
        Values values = values(kind);
        String call = FunctionCalls.text(List.of(new ToolCall("", function, kind.arguments(values))));
        return new Exam(
                List.of(), tools, List.of(new Question(Task.TOOL_CALL, Double.NaN, say(kind, "_ask", values), call)));
    }

    private Exam result(ToolKind kind, String function, List<JsonNode> tools) {
        Values values = values(kind);
        List<ChatMessage> opening = List.of(
                ChatMessage.text("user", say(kind, "_ask", values)),
                new ChatMessage(
                        "assistant",
                        List.of(),
                        Optional.empty(),
                        Optional.empty(),
                        List.of(new ToolCall("call-1", function, kind.arguments(values)))),
                new ChatMessage(
                        "function",
                        List.of(new ChatMessage.Text(say(kind, "_result", values))),
                        Optional.of(function),
                        Optional.empty(),
                        List.of()));
        return new Exam(
                opening, tools, List.of(new Question(Task.TOOL_RESULT, Double.NaN, "", say(kind, "_answer", values))));
    }

    private String say(ToolKind kind, String part, Values values) {
        return PHRASES.say(kind.name() + part, split, values, dice);
    }

    private Values values(ToolKind kind) {
        Values values = new Values(null, dice)
                .put("n", Numbers.digits(dice, dice.between(2, 5)))
                .put("m", Numbers.digits(dice, dice.between(1, 2)))
                .put("sky", dice.pick(Lexicon.words("sky")))
                .put("month", dice.pick(Lexicon.words("month")))
                .put("c", kind.name().equals("paper") ? Titles.bare(names, dice) : names.name());
        for (int i = 0; i < kind.parameters().size(); i++) {
            values.put(i == 0 ? "a" : "b", value(kind.parameters().get(i)));
        }
        return values;
    }

    private String value(ToolKind.Parameter parameter) {
        return switch (parameter.name()) {
            case "text" -> dice.pick(Lexicon.words("saying"));
            case "person" -> names.person();
            case "parcel", "number" -> Numbers.digits(dice, dice.between(4, 6));
            case "hour" -> Integer.toString(dice.between(8, 19));
            default -> parameter.isInteger() ? Numbers.digits(dice, dice.between(1, 2)) : names.name();
        };
    }
}
