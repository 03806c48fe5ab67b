package io.thunderhead.cli.eval;

import io.thunderhead.cli.api.ApiConnection;
import io.thunderhead.core.error.ErrorCode;
import io.thunderhead.core.error.ServingException;
import java.util.BitSet;
import java.util.List;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// One request for all answers: the conversation with the true answers goes as prompt, and the server says for every
/// token whether it was the most likely one. An answer of which every token was, its end included, is what greedy
/// decoding would have written.
record ScoringJudge(ApiConnection api, String model) implements Judge {
    private static final String COMPLETIONS = "/v1/completions";

    @Override
    public List<Boolean> judge(AskedExam exam) {
        ObjectNode body = JsonMapper.shared()
                .createObjectNode()
                .put("model", model)
                .put("max_tokens", 0)
                .put("echo", true)
                .put("logprobs", 1)
                .put("return_tokens_as_token_ids", true);
        body.set("prompt", JsonMapper.shared().valueToTree(exam.ids().toArray()));
        Scores scores = Scores.read(api.postForBytes(COMPLETIONS, body));
        if (scores.tokens != exam.ids().size()) {
            throw failure("expected logprobs of " + exam.ids().size() + " tokens, got " + scores.tokens);
        }
        return exam.answers().stream()
                .map(span -> scores.mostLikely.nextClearBit(span.start()) >= span.end())
                .toList();
    }

    private static ServingException failure(String message) {
        return new ServingException(ErrorCode.PROTOCOL_VIOLATION, COMPLETIONS + ": " + message);
    }

    /// @param mostLikely positions whose token is the one that greedy decoding takes
    private record Scores(BitSet mostLikely, int tokens) {
        /// Read token by token: of a long prompt the answer is tens of megabytes, and little of it is looked at. With
        /// one alternative a position lists the most likely token, and the prompt's own if that is another.
        static Scores read(byte[] answer) {
            try (JsonParser json = new JsonFactory().createParser(ObjectReadContext.empty(), answer)) {
                while (json.nextToken() != null) {
                    if (json.currentToken() == JsonToken.PROPERTY_NAME
                            && json.currentName().equals("top_logprobs")) {
                        json.nextToken();
                        return readPositions(json);
                    }
                }
            }
            throw failure("expected top_logprobs, found none");
        }

        private static Scores readPositions(JsonParser json) {
            BitSet mostLikely = new BitSet();
            int position = 0;
            for (JsonToken token = json.nextToken(); token != JsonToken.END_ARRAY; token = json.nextToken()) {
                if (token == JsonToken.START_OBJECT) {
                    int listed = 0;
                    while (json.nextToken() == JsonToken.PROPERTY_NAME) {
                        listed++;
                        json.nextToken();
                    }
                    mostLikely.set(position, listed == 1);
                }
                position++;
            }
            return new Scores(mostLikely, position);
        }
    }
}
