package io.thunderhead.coordinator.openai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.thunderhead.coordinator.engine.GenerationRequest;
import io.thunderhead.coordinator.testing.FakeEngine;
import io.thunderhead.coordinator.testing.FakeModels;
import io.thunderhead.coordinator.testing.FakeTokenizer;
import io.thunderhead.core.error.ErrorCode;
import io.thunderhead.core.error.ServingException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

class ChatCompletionsTest {
    private static final String HELLO = "'model':'fake','messages':[{'role':'user','content':'Hi'}]";
    private static final String TOOLS = "'tools':[{'type':'function','function':{'name':'add','parameters':{}}}]";

    private final List<GenerationRequest> requests = new CopyOnWriteArrayList<>();

    @Test
    void answersWhole() throws Exception {
        JsonNode answer =
                RecordedCall.chat(saying("Héllo<end>"), "{" + HELLO + "}").json();
        assertThat(answer.get("id").stringValue()).isEqualTo("chatcmpl-r1");
        assertThat(answer.get("object").stringValue()).isEqualTo("chat.completion");
        assertThat(answer.get("model").stringValue()).isEqualTo("fake");
        JsonNode choice = answer.get("choices").get(0);
        assertThat(choice.at("/message/role").stringValue()).isEqualTo("assistant");
        assertThat(choice.at("/message/content").stringValue()).isEqualTo("Héllo");
        assertThat(choice.get("finish_reason").stringValue()).isEqualTo("stop");
        assertThat(answer.at("/usage/prompt_tokens").intValue()).isEqualTo("user: Hi\nassistant: ".length());
        assertThat(answer.at("/usage/completion_tokens").intValue()).isEqualTo(7);
        assertThat(answer.at("/usage/prompt_tokens_details/cached_tokens").intValue())
                .isEqualTo(2);
    }

    @Test
    void streamsTheSameText() throws Exception {
        List<JsonNode> events = RecordedCall.chat(saying("Héllo<end>"), "{'stream':true," + HELLO + "}")
                .events();
        assertThat(events).allSatisfy(event -> {
            assertThat(event.get("id").stringValue()).isEqualTo("chatcmpl-r1");
            assertThat(event.get("model").stringValue()).isEqualTo("fake");
            assertThat(event.has("created")).isTrue();
            assertThat(event.has("usage")).isFalse();
        });
        assertThat(events.getFirst().at("/choices/0/delta/role").stringValue()).isEqualTo("assistant");
        assertThat(text(events)).isEqualTo("Héllo");
        assertThat(events.getLast().at("/choices/0/finish_reason").stringValue())
                .isEqualTo("stop");
    }

    @Test
    void endsTheStreamWithUsageIfAsked() throws Exception {
        String options = "'stream':true,'stream_options':{'include_usage':true},";
        List<JsonNode> events = RecordedCall.chat(saying("Hi<end>"), "{" + options + HELLO + "}")
                .events();
        JsonNode last = events.getLast();
        assertThat(last.get("choices").size()).isZero();
        assertThat(last.at("/usage/completion_tokens").intValue()).isEqualTo(3);
        assertThat(last.get("id").stringValue()).isEqualTo("chatcmpl-r1");
    }

    @Test
    void tellsHowFarThePromptIsReadIfAsked() throws Exception {
        List<JsonNode> events = RecordedCall.chat(
                        saying("Hi<end>"), "{'stream':true,'return_progress':true," + HELLO + "}")
                .events();
        int promptTokens = "user: Hi\nassistant: ".length();
        assertThat(events.getFirst().at("/prompt_progress/total").intValue()).isEqualTo(promptTokens);
        assertThat(events.getFirst().at("/prompt_progress/processed").intValue())
                .isEqualTo(promptTokens);
        assertThat(events.getFirst().get("choices").size()).isZero();
        assertThat(text(events.subList(1, events.size()))).isEqualTo("Hi");
    }

    @Test
    void refusesToTellProgressOfAWholeAnswer() {
        assertThatThrownBy(() -> RecordedCall.chat(saying("x"), "{'return_progress':true," + HELLO + "}"))
                .hasMessageContaining("return_progress");
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void stopsAtAStringThatSpansTokens(boolean stream) throws Exception {
        RecordedCall call = RecordedCall.chat(
                saying("one STOP two<end>"), "{'stop':['STOP'],'stream':" + stream + "," + HELLO + "}");
        String text = stream
                ? text(call.events())
                : call.json().at("/choices/0/message/content").stringValue();
        assertThat(text).isEqualTo("one ");
        JsonNode last = stream ? call.events().getLast() : call.json();
        assertThat(last.at("/choices/0/finish_reason").stringValue()).isEqualTo("stop");
    }

    @Test
    void countsOnlyTokensUpToTheStopString() throws Exception {
        JsonNode answer = RecordedCall.chat(saying("one STOP two<end>"), "{'stop':'STOP'," + HELLO + "}")
                .json();
        assertThat(answer.at("/usage/completion_tokens").intValue()).isEqualTo("one STOP".length());
    }

    @Test
    void saysWhenTheLengthEndsAnAnswer() throws Exception {
        JsonNode answer = RecordedCall.chat(saying("Hello"), "{'max_completion_tokens':3," + HELLO + "}")
                .json();
        assertThat(answer.at("/choices/0/message/content").stringValue()).isEqualTo("Hel");
        assertThat(answer.at("/choices/0/finish_reason").stringValue()).isEqualTo("length");
    }

    @Test
    void seedsEachChoiceOnItsOwn() throws Exception {
        JsonNode answer = RecordedCall.chat(saying("x<end>"), "{'n':3,'seed':7," + HELLO + "}")
                .json();
        assertThat(answer.get("choices").size()).isEqualTo(3);
        assertThat(requests).extracting(request -> request.sampling().seed()).containsExactly(7L, 8L, 9L);
        assertThat(answer.at("/usage/completion_tokens").intValue()).isEqualTo(6);
        assertThat(answer.at("/usage/prompt_tokens").intValue()).isEqualTo("user: Hi\nassistant: ".length());
    }

    @Test
    void reportsLogprobs() throws Exception {
        JsonNode token = RecordedCall.chat(
                        saying("é"), "{'logprobs':true,'top_logprobs':2,'max_tokens':2," + HELLO + "}")
                .json()
                .at("/choices/0/logprobs/content/0");
        assertThat(token.get("token").stringValue()).isEqualTo("\uFFFD");
        assertThat(token.at("/bytes/0").intValue()).isEqualTo(0xC3);
        assertThat(token.get("logprob").doubleValue()).isCloseTo(Math.log(0.5), Offset.offset(1e-6));
        assertThat(token.get("top_logprobs").size()).isEqualTo(2);
    }

    @Test
    void returnsFunctionCalls() throws Exception {
        JsonNode choice = RecordedCall.chat(
                        saying("<function_call>add({\"a\":1})\n<end>"), "{" + TOOLS + "," + HELLO + "}")
                .json()
                .at("/choices/0");
        assertThat(choice.at("/message/content").isNull()).isTrue();
        assertThat(choice.at("/message/tool_calls/0/function/name").stringValue())
                .isEqualTo("add");
        assertThat(choice.at("/message/tool_calls/0/function/arguments").stringValue())
                .isEqualTo("{\"a\":1}");
        assertThat(choice.get("finish_reason").stringValue()).isEqualTo("tool_calls");
    }

    @Test
    void streamsFunctionCallsWithTheirIdOnce() throws Exception {
        List<JsonNode> events = RecordedCall.chat(
                        saying("<function_call>add({\"a\":1})\n<end>"), "{'stream':true," + TOOLS + "," + HELLO + "}")
                .events();
        List<JsonNode> deltas = events.stream()
                .map(event -> event.at("/choices/0/delta/tool_calls/0"))
                .filter(delta -> !delta.isMissingNode())
                .toList();
        assertThat(deltas.getFirst().get("id").stringValue()).startsWith("call_");
        assertThat(deltas.getFirst().at("/function/name").stringValue()).isEqualTo("add");
        assertThat(deltas).allSatisfy(delta -> {
            assertThat(delta.get("index").intValue()).isZero();
            assertThat(delta.at("/function/arguments").isString()).isTrue();
        });
        assertThat(deltas.subList(1, deltas.size())).allSatisfy(delta -> {
            assertThat(delta.has("id")).isFalse();
            assertThat(delta.has("type")).isFalse();
            assertThat(delta.get("function").has("name")).isFalse();
        });
        assertThat(events.getLast().at("/choices/0/finish_reason").stringValue())
                .isEqualTo("tool_calls");
    }

    @Test
    void hidesToolsWhenNoneMayBeCalled() throws Exception {
        RecordedCall.chat(saying("x<end>"), "{'tool_choice':'none'," + TOOLS + "," + HELLO + "}");
        assertThat(prompt()).doesNotContain("tools");
    }

    @Test
    void bringsResultsUnderTheirFunctionsName() throws Exception {
        RecordedCall.chat(
                saying("x<end>"),
                "{'model':'fake','messages':[{'role':'developer','content':'Be brief'},{'role':'user','content':"
                        + "[{'type':'text','text':'1+'},{'type':'text','text':'1?'}]},{'role':'assistant','content':null,"
                        + "'tool_calls':[{'id':'c1','type':'function','function':{'name':'add','arguments':'{}'}}]},"
                        + "{'role':'tool','tool_call_id':'c1','content':'2'}]}");
        assertThat(prompt())
                .isEqualTo("system: Be brief\nuser: 1+\n1?\nassistant: <function_call>add({})\nfunction add: 2\n"
                        + "assistant: ");
    }

    @Test
    void addsTokenIdsIfAsked() throws Exception {
        JsonNode answer = RecordedCall.chat(saying("Hi<end>"), "{'return_token_ids':true," + HELLO + "}")
                .json();
        assertThat(answer.at("/choices/0/token_ids").toString()).isEqualTo("[72,105,256]");
        assertThat(answer.get("prompt_token_ids").size()).isEqualTo("user: Hi\nassistant: ".length());
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '|',
            delimiter = ';',
            value = {
                "frobnicate;'frobnicate':1",
                "response_format;'response_format':{'type':'json_object'}",
                "tool_choice;'tool_choice':'required'",
                "parallel_tool_calls;'parallel_tool_calls':false",
                "tools[0].function.strict;'tools':[{'type':'function','function':{'name':'f','strict':true}}]",
                "min_tokens;'min_tokens':3",
                "store;'store':true",
                "temperature;'temperature':'warm'",
                "temperature;'temperature':-1",
                "top_p;'top_p':0",
                "top_logprobs;'logprobs':true,'top_logprobs':21",
                "top_logprobs;'top_logprobs':2",
                "n;'n':0",
                "n;'n':9",
                "stop;'stop':['']",
                "logit_bias;'logit_bias':{'300':1}",
                "stream_options;'stream_options':{'include_usage':true}",
                "max_tokens;'max_tokens':0",
                "max_tokens;'max_tokens':4096",
                "modalities;'modalities':['audio']"
            })
    void refusesByName(String parameter, String field) {
        assertThatThrownBy(() -> RecordedCall.chat(saying("x"), "{" + field + "," + HELLO + "}"))
                .isInstanceOfSatisfying(ServingException.class, error -> {
                    assertThat(error.code().httpStatus()).isEqualTo(400);
                    assertThat(error.parameter()).contains(parameter);
                });
    }

    @Test
    void acceptsWhatDoesNotMatter() throws Exception {
        RecordedCall.chat(
                saying("x<end>"),
                "{'user':'me','metadata':{'a':'b'},'store':false,'service_tier':'auto','response_format':{'type':'text'},"
                        + "'parallel_tool_calls':true,'logit_bias':null,'stop':null,'presence_penalty':0,"
                        + "'prompt_cache_key':'k'," + HELLO + "}");
        assertThat(requests).hasSize(1);
    }

    @Test
    void answersToAliasesOnly() throws Exception {
        RecordedCall.chat(saying("x<end>"), "{" + HELLO.replace("'fake'", "'fake-latest'") + "}");
        assertThatThrownBy(() -> RecordedCall.chat(saying("x"), "{" + HELLO.replace("'fake'", "'gpt-4'") + "}"))
                .isInstanceOfSatisfying(
                        ServingException.class,
                        error -> assertThat(error.code()).isEqualTo(ErrorCode.NOT_FOUND));
    }

    @Test
    void saysWhereJsonIsBroken() {
        assertThatThrownBy(() -> RecordedCall.chat(saying("x"), "{'model':\n  oops}"))
                .isInstanceOf(ServingException.class)
                .hasMessageContaining("line 2");
    }

    @ParameterizedTest
    @ValueSource(strings = {"[1]", "{'model':'fake','model':'fake'}", "{} {}", ""})
    void refusesOtherDocuments(String body) {
        assertThatThrownBy(() -> RecordedCall.chat(saying("x"), body))
                .isInstanceOfSatisfying(
                        ServingException.class,
                        error -> assertThat(error.code()).isEqualTo(ErrorCode.INVALID_REQUEST));
    }

    private FakeEngine saying(String text) {
        return FakeEngine.scripted(request -> {
            requests.add(request);
            return new FakeTokenizer().encode(text);
        });
    }

    private String prompt() {
        return FakeModels.CHAT
                .requireTokenizer("test")
                .decode(requests.getLast().promptIds().toArray(), false);
    }

    private static String text(List<JsonNode> events) {
        return events.stream()
                .map(event -> event.at("/choices/0/delta/content"))
                .filter(JsonNode::isString)
                .map(JsonNode::stringValue)
                .collect(Collectors.joining());
    }
}
