package io.thunderhead.corpus.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.thunderhead.corpus.Exam;
import io.thunderhead.corpus.Exams;
import io.thunderhead.corpus.Mix;
import io.thunderhead.corpus.words.Split;
import io.thunderhead.model.testing.Goldens;
import io.thunderhead.model.tokenizer.ChatFormat;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

class ChatTokensTest {
    private static final Path GOLDEN = Goldens.path("tokenizer");

    private final ChatTokens chat = ChatTokens.read(GOLDEN);
    private final ChatFormat format = ChatFormat.read(GOLDEN, Clock.systemUTC());

    /// What is trained on is what the server makes of the same conversation.
    @Test
    void beginsAsThePromptOfTheLastQuestion() {
        CachedEncoder encoder = new CachedEncoder(chat.tokenizer());
        Exams exams = new Exams(Split.TRAIN, encoder::count);
        for (long index = 0; index < 100; index++) {
            Exam exam = exams.mixed(Mix.standard(), 2, index, 1000);
            ChatTokens.Marked marked = chat.tokens(exam, encoder);
            int[] prompt = chat.tokenizer()
                    .encode(format.render(exam.before(exam.questions().size() - 1), exam.tools(), true));

            assertThat(marked.answers().getLast().start()).isEqualTo(prompt.length);
            assertThat(marked.ids().slice(0, prompt.length).toArray()).isEqualTo(prompt);
        }
    }

    @Test
    void refusesATokenizerThatJoinsWords(@TempDir Path folder) throws IOException {
        ObjectMapper json = new ObjectMapper();
        ObjectNode tokenizer = (ObjectNode) json.readTree(GOLDEN.resolve("tokenizer.json"));
        ObjectNode whole = tokenizer.putObject("pre_tokenizer").put("type", "ByteLevel");
        whole.put("add_prefix_space", false).put("trim_offsets", true).put("use_regex", false);
        ObjectNode model = (ObjectNode) tokenizer.path("model");
        ArrayNode merges = (ArrayNode) model.path("merges");
        merges.removeAll();
        merges.addArray().add(".").add("\u0120"); // the end of a sentence and the space behind it
        ((ObjectNode) model.path("vocab")).put(".\u0120", ((ObjectNode) model.path("vocab")).size() - 1);
        ((ObjectNode) model.path("vocab")).remove(last(json));
        Files.write(folder.resolve("tokenizer.json"), json.writeValueAsBytes(tokenizer));
        Files.copy(GOLDEN.resolve("tokenizer_config.json"), folder.resolve("tokenizer_config.json"));

        assertThatThrownBy(() -> ChatTokens.read(folder))
                .hasMessageContaining("ids of a text to be those of its words");
    }

    /// The token with the largest id of the golden vocabulary.
    private static String last(ObjectMapper json) throws IOException {
        ObjectNode vocab = (ObjectNode)
                json.readTree(GOLDEN.resolve("tokenizer.json")).path("model").path("vocab");
        int last = vocab.size() - 1;
        return vocab.propertyStream()
                .filter(token -> token.getValue().intValue() == last)
                .findFirst()
                .orElseThrow()
                .getKey();
    }

    @Test
    void needsATokenizer(@TempDir Path folder) {
        assertThatThrownBy(() -> ChatTokens.read(folder)).hasMessageContaining("expected a tokenizer.json");
    }
}
