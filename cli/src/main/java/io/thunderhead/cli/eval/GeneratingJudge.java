package io.thunderhead.cli.eval;

import io.thunderhead.cli.api.ApiConnection;
import java.util.Arrays;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// A request for each answer, by greedy decoding. Slow: every request reads the whole conversation.
record GeneratingJudge(ApiConnection api, String model) implements Judge {
    @Override
    public List<Boolean> judge(AskedExam exam) {
        return exam.answers().stream()
                .map(span -> generates(exam.ids().toArray(), span))
                .toList();
    }

    private boolean generates(int[] ids, TokenSpan answer) {
        ObjectNode body = JsonMapper.shared()
                .createObjectNode()
                .put("model", model)
                .put("max_tokens", answer.length())
                .put("temperature", 0)
                .put("return_token_ids", true);
        body.putArray("stop_token_ids").add(ids[answer.end() - 1]);
        body.set("prompt", JsonMapper.shared().valueToTree(Arrays.copyOf(ids, answer.start())));
        JsonNode choice = api.post("/v1/completions", body).path("choices").path(0);
        int[] said =
                choice.path("token_ids").valueStream().mapToInt(JsonNode::asInt).toArray();
        // Whether the token that ends an answer is listed differs among servers.
        boolean stopped = choice.path("finish_reason").asString("").equals("stop");
        int[] whole = Arrays.copyOfRange(ids, answer.start(), answer.end());
        int[] withoutEnd = Arrays.copyOf(whole, whole.length - 1);
        return stopped && (Arrays.equals(said, whole) || Arrays.equals(said, withoutEnd));
    }
}
