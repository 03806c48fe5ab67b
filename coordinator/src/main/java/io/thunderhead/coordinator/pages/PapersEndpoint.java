package io.thunderhead.coordinator.pages;

import io.thunderhead.coordinator.api.ServedModel;
import io.thunderhead.coordinator.api.ServedModels;
import io.thunderhead.coordinator.openai.ApiCall;
import io.thunderhead.coordinator.openai.Endpoint;
import io.thunderhead.coordinator.openai.Fields;
import io.thunderhead.coordinator.openai.Json;
import io.thunderhead.corpus.Papers;
import io.thunderhead.corpus.Question;
import io.thunderhead.corpus.words.Split;
import io.thunderhead.model.tokenizer.Tokenizer;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import tools.jackson.core.JsonGenerator;

/// `POST /chat/api/papers`: made-up papers in one text, and a question on each with the one right answer.
public record PapersEndpoint(ServedModels models) implements Endpoint {
    private static final int PAPERS = 10;
    private static final int PAPERS_MAX = 40;
    private static final int TOKENS = 4096;
    private static final int TOKENS_MAX = 1 << 17;
    private static final int SEEDS = 1_000_000;

    @Override
    public void answer(ApiCall call) {
        Fields fields = Json.readObject(call.body());
        ServedModel model = models.named(fields.requiredString("model"));
        int papers = fields.integer("papers", 1, PAPERS_MAX).orElse(PAPERS);
        int tokens = fields.integer("tokens", 1, TOKENS_MAX).orElse(TOKENS);
        long seed = fields.longInteger("seed")
                .orElseGet(() -> ThreadLocalRandom.current().nextLong(SEEDS));
        fields.refuseUnknown(Set.of());
        Tokenizer tokenizer = model.requireTokenizer("model");
        Papers made = Papers.make(Split.TEST, seed, papers, tokens, text -> tokenizer.encode(text).length);
        List<Question> questions =
                made.papers().stream().map(made::dataSetsAndSizes).toList();
        call.reply(Json.write(json -> write(json, seed, made.text(), questions)));
    }

    private static void write(JsonGenerator json, long seed, String text, List<Question> questions) {
        json.writeStartObject();
        json.writeNumberProperty("seed", seed);
        json.writeStringProperty("text", text);
        json.writeArrayPropertyStart("questions");
        for (Question question : questions) {
            json.writeStartObject();
            json.writeStringProperty("text", question.text());
            json.writeStringProperty("answer", question.answer());
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeEndObject();
    }
}
