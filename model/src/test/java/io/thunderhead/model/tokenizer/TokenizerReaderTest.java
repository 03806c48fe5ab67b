package io.thunderhead.model.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.huggingface.tokenizers.jni.TokenizersLibrary;
import io.thunderhead.core.error.ErrorCode;
import io.thunderhead.core.error.ServingException;
import io.thunderhead.model.testing.Goldens;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

final class TokenizerReaderTest {
    private static final Tokenizer TOKENIZER =
            TokenizerReader.read(Goldens.path("tokenizer")).orElseThrow();

    static Stream<JsonNode> encodeCases() throws IOException {
        return cases("encode");
    }

    static Stream<JsonNode> decodeCases() throws IOException {
        return Stream.concat(cases("encode"), cases("decode"));
    }

    @ParameterizedTest
    @MethodSource("encodeCases")
    void encodesLikeTheReference(JsonNode golden) {
        assertThat(TOKENIZER.encode(golden.path("text").asString())).isEqualTo(ids(golden));
    }

    @ParameterizedTest
    @MethodSource("decodeCases")
    void decodesLikeTheReference(JsonNode golden) {
        assertThat(TOKENIZER.decode(ids(golden), false))
                .isEqualTo(golden.path("decoded").asString());
        assertThat(TOKENIZER.decode(ids(golden), true))
                .isEqualTo(golden.path("decoded_skip_special").asString());
    }

    @Test
    void streamedPartsEqualTheWholeAndTheRustDecoder() throws IOException {
        NativeTokenizers.load();
        long rust = TokenizersLibrary.LIB.createTokenizerFromString(
                Files.readString(Goldens.path("tokenizer", "tokenizer.json")));
        for (int seed = 0; seed < 2000; seed++) {
            Random random = new Random(seed);
            // mostly single bytes (ids below 256), so that broken characters are common
            int[] ids = random.ints(random.nextInt(40), 0, TOKENIZER.size())
                    .map(id -> random.nextInt(3) > 0 ? id % 256 : id)
                    .toArray();
            boolean skipSpecial = random.nextBoolean();

            String whole = TOKENIZER.decode(ids, skipSpecial);

            assertThat(streamed(ids, skipSpecial)).as("seed %d", seed).isEqualTo(whole);
            assertThat(TokenizersLibrary.LIB.decode(
                            rust, Arrays.stream(ids).asLongStream().toArray(), skipSpecial))
                    .as("seed %d", seed)
                    .isEqualTo(whole);
        }
        TokenizersLibrary.LIB.deleteTokenizer(rust);
    }

    @Test
    void encodedTextDecodesToItself() {
        for (int seed = 0; seed < 500; seed++) {
            StringBuilder text = new StringBuilder();
            new Random(seed)
                    .ints(30, 0, 0x11000)
                    .filter(point -> point < 0xD800 || point > 0xDFFF)
                    .forEach(text::appendCodePoint);
            assertThat(TOKENIZER.decode(TOKENIZER.encode(text.toString()), false))
                    .as("seed %d", seed)
                    .isEqualTo(text.toString());
        }
    }

    @Test
    void withholdsACharacterUntilItIsComplete() {
        int[] ids = TOKENIZER.encode("\uD83D\uDE80");
        Tokenizer.StreamDecoder stream = TOKENIZER.streamDecoder(false);

        assertThat(ids).hasSizeGreaterThan(1);
        for (int i = 0; i < ids.length - 1; i++) {
            assertThat(stream.append(ids[i])).isEmpty();
        }
        assertThat(stream.append(ids[ids.length - 1])).isEqualTo("\uD83D\uDE80");
        assertThat(stream.finish()).isEmpty();
    }

    @Test
    void halfOfASurrogatePairBecomesOneReplacement() {
        assertThat(TOKENIZER.decode(TOKENIZER.encode("a\uD83Db"), false)).isEqualTo("a\uFFFDb");
    }

    @Test
    void encodesALongTextWhole() {
        String text = "word ".repeat(20_000);

        assertThat(TOKENIZER.decode(TOKENIZER.encode(text), false)).isEqualTo(text);
    }

    @Test
    void tellsFactsAboutTokens() {
        assertThat(TOKENIZER.size()).isEqualTo(1035);
        assertThat(TOKENIZER.idOf("<end_of_sentence>")).hasValue(1020);
        assertThat(TOKENIZER.idOf("no such token")).isEmpty();
        assertThat(TOKENIZER.endTokenId()).hasValue(1020);
        assertThat(TOKENIZER.tokenBytes(1020)).isEqualTo("<end_of_sentence>".getBytes(StandardCharsets.UTF_8));
        assertThat(TOKENIZER.tokenBytes(543)).isEqualTo(" void".getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void refusesUnknownIdsButDoesNotEndAStreamOverThem() {
        for (int id : new int[] {-1, 1035, Integer.MAX_VALUE}) {
            assertThatThrownBy(() -> TOKENIZER.decode(new int[] {id}, false))
                    .isInstanceOfSatisfying(
                            ServingException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.TOKEN_OUT_OF_RANGE));
            assertThat(TOKENIZER.streamDecoder(false).append(id)).isEmpty();
        }
    }

    @Test
    void checkpointWithoutTokenizerHasNone(@TempDir Path directory) {
        assertThat(TokenizerReader.read(directory)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            quoteCharacter = '`',
            value = {
                "no json                                                  ; content: expected a JSON object",
                "{}                                                       ; decoder: expected type ByteLevel",
                "{\"decoder\":{\"type\":\"ByteLevel\"},\"model\":{\"vocab\":{\"a\":-1}}} ; model.vocab: expected an id",
                "{\"decoder\":{\"type\":\"ByteLevel\"},\"model\":{\"vocab\":{\"a\":0}}}  ; content: expected a tokenizer"
            })
    void refusesADamagedTokenizer(String content, String message, @TempDir Path directory) throws IOException {
        Files.writeString(directory.resolve("tokenizer.json"), content);

        assertThatThrownBy(() -> TokenizerReader.read(directory))
                .isInstanceOfSatisfying(
                        ServingException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CHECKPOINT_INVALID))
                .hasMessageStartingWith("tokenizer.json: ")
                .hasMessageContaining(message);
    }

    private static String streamed(int[] ids, boolean skipSpecial) {
        Tokenizer.StreamDecoder stream = TOKENIZER.streamDecoder(skipSpecial);
        StringBuilder text = new StringBuilder();
        for (int id : ids) {
            text.append(stream.append(id));
        }
        return text.append(stream.finish()).toString();
    }

    private static int[] ids(JsonNode golden) {
        return golden.path("ids").valueStream().mapToInt(JsonNode::intValue).toArray();
    }

    private static Stream<JsonNode> cases(String kind) throws IOException {
        return JsonMapper.shared()
                .readTree(Files.readString(Goldens.path("tokenizer", "cases.json")))
                .path(kind)
                .valueStream();
    }
}
