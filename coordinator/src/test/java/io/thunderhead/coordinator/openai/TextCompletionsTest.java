package io.thunderhead.coordinator.openai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.thunderhead.coordinator.testing.FakeEngine;
import io.thunderhead.coordinator.testing.FakeTokenizer;
import io.thunderhead.core.error.ServingException;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

class TextCompletionsTest {
    private final FakeEngine engine = FakeEngine.scripted(request -> new FakeTokenizer().encode("ok<end>"));

    @ParameterizedTest
    @ValueSource(strings = {"'ab'", "[97,98]", "['ab']", "[[97,98]]"})
    void takesEveryFormOfPrompt(String prompt) throws Exception {
        JsonNode answer = RecordedCall.text(engine, "{'model':'fake','prompt':" + prompt + "}")
                .json();
        assertThat(answer.get("object").stringValue()).isEqualTo("text_completion");
        assertThat(answer.at("/choices/0/text").stringValue()).isEqualTo("ok");
        assertThat(answer.at("/usage/prompt_tokens").intValue()).isEqualTo(2);
    }

    @Test
    void answersEveryPromptOfAListNTimes() throws Exception {
        FakeEngine echo = FakeEngine.scripted(request -> request.promptIds().toArray());
        JsonNode choices = RecordedCall.text(echo, "{'model':'fake','n':2,'max_tokens':2,'prompt':['ab','cd']}")
                .json()
                .get("choices");
        assertThat(choices.findValuesAsString("text")).containsExactly("ab", "ab", "cd", "cd");
        assertThat(choices.get(3).get("index").intValue()).isEqualTo(3);
    }

    @Test
    void scoresAPrompt() throws Exception {
        JsonNode choice = RecordedCall.text(
                        engine, "{'model':'fake','prompt':'aéb','echo':true,'logprobs':1,'max_tokens':0}")
                .json()
                .at("/choices/0");
        assertThat(choice.get("text").stringValue()).isEqualTo("aéb");
        JsonNode logprobs = choice.get("logprobs");
        assertThat(logprobs.get("tokens").toString()).isEqualTo("[\"a\",\"bytes:\\\\xc3\",\"bytes:\\\\xa9\",\"b\"]");
        assertThat(logprobs.at("/token_logprobs/0").isNull()).isTrue();
        assertThat(logprobs.at("/token_logprobs/1").doubleValue()).isNegative();
        assertThat(logprobs.at("/top_logprobs/0").isNull()).isTrue();
        assertThat(logprobs.at("/top_logprobs/3/b").doubleValue()).isNegative();
        assertThat(logprobs.get("text_offset").toString()).isEqualTo("[0,1,1,2]");
        assertThat(choice.get("finish_reason").stringValue()).isEqualTo("length");
    }

    @Test
    void streamsEchoAndLogprobsAsTheWholeAnswerHasThem() throws Exception {
        String body = "'model':'fake','prompt':'ab','echo':true,'logprobs':0,'max_tokens':5";
        JsonNode whole = RecordedCall.text(engine, "{" + body + "}").json().at("/choices/0");
        List<JsonNode> events =
                RecordedCall.text(engine, "{'stream':true," + body + "}").events();
        assertThat(joined(events, "/choices/0/text"))
                .isEqualTo(whole.get("text").stringValue())
                .isEqualTo("abok");
        String offsets = events.stream()
                .flatMap(event -> event.at("/choices/0/logprobs/text_offset").valueStream())
                .map(JsonNode::asString)
                .collect(Collectors.joining(",", "[", "]"));
        assertThat(offsets).isEqualTo(whole.at("/logprobs/text_offset").toString());
    }

    @Test
    void servesAModelWithoutTokenizerByTokenIds() throws Exception {
        FakeEngine ids = FakeEngine.scripted(request -> new int[] {7, 299});
        JsonNode choice = RecordedCall.text(
                        ids, "{'model':'bare','prompt':[1,2],'max_tokens':2,'return_token_ids':true,'logprobs':0}")
                .json()
                .at("/choices/0");
        assertThat(choice.get("text").stringValue()).isEmpty();
        assertThat(choice.get("token_ids").toString()).isEqualTo("[7,299]");
        assertThat(choice.get("prompt_token_ids").toString()).isEqualTo("[1,2]");
        assertThat(choice.at("/logprobs/tokens").toString()).isEqualTo("[\"token_id:7\",\"token_id:299\"]");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "'model':'bare','prompt':'text'",
                "'model':'bare','prompt':[1],'stop':'x'",
                "'model':'fake','prompt':[300]",
                "'model':'fake','prompt':''",
                "'model':'fake','prompt':{}",
                "'model':'fake','prompt':'a','best_of':2",
                "'model':'fake','prompt':'a','suffix':'b'",
                "'model':'fake','prompt':['a','b','c'],'n':3",
                "'model':'fake'"
            })
    void refuses(String fields) {
        assertThatThrownBy(() -> RecordedCall.text(engine, "{" + fields + "}"))
                .isInstanceOfSatisfying(ServingException.class, error -> {
                    assertThat(error.code().httpStatus()).isEqualTo(400);
                    assertThat(error.parameter()).isPresent();
                });
    }

    private static String joined(List<JsonNode> events, String pointer) {
        return events.stream().map(event -> event.at(pointer).asString()).collect(Collectors.joining());
    }
}
