package io.thunderhead.model.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class FunctionCallsTest {
    @Test
    void findsACallAndTheTextBesideIt() {
        FunctionCalls parsed = FunctionCalls.parse(
                "Let me see.<function_call>```typescript\nfunctions.get_weather({\"city\": \"a) } ```b\"})\n```");

        assertThat(parsed.calls()).containsExactly(new FunctionCalls.Call("get_weather", "{\"city\": \"a) } ```b\"}"));
        assertThat(parsed.text()).isEqualTo("Let me see.");
    }

    @Test
    void findsSeveralCallsInOneBlockAndInSeveral() {
        FunctionCalls parsed = FunctionCalls.parse("""
                ```typescript
                functions.a({"x": {"y": "\\""}})
                functions.b()
                ```
                and
                ```typescript
                functions.c({})
                """);

        assertThat(parsed.calls())
                .containsExactly(
                        new FunctionCalls.Call("a", "{\"x\": {\"y\": \"\\\"\"}}"),
                        new FunctionCalls.Call("b", "{}"),
                        new FunctionCalls.Call("c", "{}"));
        assertThat(parsed.text()).isEqualTo("and");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "plain",
                "```typescript\nconst x = 1\n```",
                "```typescript\nfunctions.f({x: 1})\n```",
                "```typescript\nfunctions.f({\"x\": 1}\n```",
                "```typescript\nfunctions.f({\"x\": ",
                "```typescript\nfunctions.f({}) + 1\n```"
            })
    void leavesWhatIsNoCall(String text) {
        assertThat(FunctionCalls.parse(text)).isEqualTo(new FunctionCalls(List.of(), text));
    }

    @Test
    void readsWhatTheHistoryIsWrittenAs() {
        List<ChatMessage.ToolCall> calls = List.of(
                new ChatMessage.ToolCall("1", "f", "{\"a\": 1}"),
                new ChatMessage.ToolCall("2", "g", "{\"b\": \"```\"}"));

        assertThat(FunctionCalls.parse(FunctionCalls.text(calls)).calls())
                .containsExactly(
                        new FunctionCalls.Call("f", "{\"a\": 1}"), new FunctionCalls.Call("g", "{\"b\": \"```\"}"));
    }
}
