package io.thunderhead.cli.synth;

import static org.assertj.core.api.Assertions.assertThat;

import io.thunderhead.cli.checkpoint.CheckpointFolder;
import io.thunderhead.model.checkpoint.Checkpoint;
import io.thunderhead.model.checkpoint.ModelTensors;
import io.thunderhead.model.config.LayerKind;
import io.thunderhead.model.config.ModelConfig;
import io.thunderhead.model.tokenizer.Tokenizer;
import io.thunderhead.model.tokenizer.TokenizerReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

class SynthCommandTest {
    private static final int FAILED = 99;
    private static final String[] SMALL = {
        "--layers=3",
        "--pattern=LS",
        "--hidden=64",
        "--heads=4",
        "--head-dim=16",
        "--kv-heads=2",
        "--experts=4",
        "--intermediate=32",
        "--vocabulary=4000"
    };

    @TempDir
    private Path folder;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @Test
    void writesACheckpointOfTheShapeAskedFor() throws IOException {
        Path model = folder.resolve("new/model");

        assertThat(synth(model, SMALL)).as(err.toString()).isZero();

        try (Checkpoint checkpoint = Checkpoint.open(model)) {
            assertThat(checkpoint.problems()).isEmpty();
            assertThat(checkpoint.config().layerKinds())
                    .containsExactly(LayerKind.LIGHTNING, LayerKind.SOFTMAX, LayerKind.LIGHTNING);
            assertThat(out.toString())
                    .contains("%,d parameters".formatted(ModelTensors.parameterCount(checkpoint.config())));
        }
    }

    @Test
    void itsTokenizerKnowsEveryIdAndItsSpecialTokens() {
        assertThat(synth(folder, SMALL)).isZero();

        Tokenizer tokenizer = TokenizerReader.read(folder).orElseThrow();
        int[] ids = tokenizer.encode("The sky<end_of_sentence>");
        assertThat(tokenizer.size()).isEqualTo(4000);
        assertThat(ids[ids.length - 1]).isEqualTo(tokenizer.endTokenId().orElseThrow());
        assertThat(tokenizer.decode(ids, false)).isEqualTo("The sky<end_of_sentence>");
        assertThat(tokenizer.decode(new int[] {3999}, true)).isEqualTo(" w3999");
    }

    @Test
    void aVocabularySmallerThanTheTokenizersGetsNone() {
        assertThat(synth(folder, with("--vocabulary=300"))).isZero();

        assertThat(TokenizerReader.read(folder)).isEmpty();
        assertThat(out.toString()).contains("token ids only");
    }

    @Test
    void theSameSeedGivesTheSameWeights() throws IOException {
        synth(folder.resolve("a"), with("--seed=7"));
        synth(folder.resolve("b"), with("--seed=7"));
        synth(folder.resolve("c"), with("--seed=8"));

        byte[] weights = Files.readAllBytes(folder.resolve("a/model.safetensors"));
        assertThat(Files.readAllBytes(folder.resolve("b/model.safetensors"))).isEqualTo(weights);
        assertThat(Files.readAllBytes(folder.resolve("c/model.safetensors"))).isNotEqualTo(weights);
    }

    @Test
    void neverTouchesAFolderThatHoldsSomething() throws IOException {
        Files.writeString(folder.resolve("thesis.txt"), "precious");

        assertThat(synth(folder, SMALL)).isEqualTo(FAILED);
        assertThat(err.toString()).contains(folder + " is not empty");
        assertThat(folder).isDirectoryContaining(file -> file.endsWith("thesis.txt"));
        assertThat(folder.resolve("config.json")).doesNotExist();
    }

    @ParameterizedTest
    @CsvSource({
        "--heads=5, '--kv-heads: expected a divisor of 5 heads, got 2'",
        "--pattern=LX, '--pattern: expected letters L and S, got ''LX'''",
        "--experts=0, every size must be positive",
        "--top-k=5, '--top-k: expected at most 4 experts, got 5'",
        "--preset=huge, '--preset: expected one of [mid, mid-softmax, one-layer-full-size], got ''huge'''"
    })
    void namesWhatIsWrongWithAShape(String flag, String message) {
        assertThat(synth(folder, with(flag))).isEqualTo(FAILED);
        assertThat(err.toString()).isEqualToIgnoringNewLines(message);
    }

    @Test
    void midIsTheModelOfTheSpeedBaseline() {
        ModelConfig mid = SynthShape.preset("mid").toConfig();

        assertThat(ModelTensors.parameterCount(mid)).isEqualTo(911_761_408);
        assertThat(SynthShape.preset("mid-softmax").toConfig().layerKinds()).containsOnly(LayerKind.SOFTMAX);
        assertThat(ModelTensors.layerParameterCount(
                        SynthShape.preset("one-layer-full-size").toConfig(), 0))
                .isEqualTo(5_687_693_312L);
    }

    private static String[] with(String flag) {
        List<String> flags = new ArrayList<>(Arrays.asList(SMALL));
        flags.removeIf(small -> small.startsWith(flag.substring(0, flag.indexOf('=') + 1)));
        flags.add(flag);
        return flags.toArray(String[]::new);
    }

    private int synth(Path model, String... flags) {
        CommandLine command = new CommandLine(new SynthCommand(new CheckpointFolder(Path.of(".."))));
        command.setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true));
        command.setExecutionExceptionHandler((failure, line, parsed) -> {
            line.getErr().println(failure.getMessage());
            return FAILED;
        });
        List<String> arguments = new ArrayList<>(List.of(flags));
        arguments.add("--output=" + model);
        return command.execute(arguments.toArray(String[]::new));
    }
}
