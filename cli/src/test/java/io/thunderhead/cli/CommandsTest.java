package io.thunderhead.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class CommandsTest {
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @Test
    void printsTheVersion() {
        assertThat(run("version")).isZero();

        assertThat(out.toString()).startsWith("thunderhead ").contains(", Java 25");
    }

    @Test
    void everyCommandHasHelp() {
        for (String name : commands().getSubcommands().keySet()) {
            assertThat(run(name, "--help")).as(name).isZero();
            assertThat(out.toString()).contains("Usage: thunderhead " + name);
        }
    }

    @Test
    void answersAMistypedCommandWithASuggestion() {
        assertThat(run("versoin")).isEqualTo(2);

        assertThat(err.toString())
                .contains("thunderhead: Unmatched argument")
                .contains("version")
                .doesNotContain("\tat ");
    }

    @Test
    void listsConfigurationProblemsWithoutStackTrace() {
        int exitCode = run("serve", "--port", "70000", "--attention-workers", "0", "--set", "serve.stop-graze=1s");

        assertThat(exitCode).isEqualTo(2);
        assertThat(err.toString().lines())
                .containsExactly(
                        "thunderhead: CONFIG_INVALID: 3 problems in the configuration",
                        "  cluster.attention-workers (--attention-workers): expected an integer from 1 to 1024, found '0'",
                        "  http.port (--port): expected an integer from 0 to 65535, found '70000'",
                        "  serve.stop-graze (--set): unknown key, did you mean serve.stop-grace?");
    }

    @Test
    void saysThatAServerCannotBeReached() {
        assertThat(run("bench", "--url", "http://127.0.0.1:1")).isEqualTo(4);

        assertThat(err.toString()).startsWith("thunderhead: NOT_READY: http://127.0.0.1:1 cannot be reached");
        assertThat(err.toString().lines()).hasSize(1);
    }

    @Test
    void plansTheFullModelForHardwareOneDoesNotHave() {
        int exitCode = run("plan", "--model=minimax-text-01", "--nodes=8x80GB", "--quantize=int8", "--context=1000000");

        assertThat(exitCode).isZero();
        assertThat(out.toString()).contains("456,089,655,296 parameters").contains("to spare");
    }

    @Test
    void refusesAPlanThatDoesNotFitWithTheNumbers() {
        assertThat(run("plan", "--model=minimax-text-01", "--attention-workers=1x80GB", "--expert-workers=1x80GB"))
                .isEqualTo(3);

        assertThat(err.toString())
                .startsWith("thunderhead: PLAN_DOES_NOT_FIT: ")
                .contains("short by");
    }

    @Test
    void refusesAPlanForNothing() {
        assertThat(run("plan")).isEqualTo(2);
        assertThat(run("plan", "--model=minimax-text-01", "--nodes=80GB")).isEqualTo(2);

        assertThat(err.toString()).contains("8x80GB");
    }

    @Test
    void saysThatThereIsNoSuchCheckpoint() {
        assertThat(run("inspect", "--model=no/such/folder")).isEqualTo(3);

        assertThat(err.toString().lines()).hasSize(1).first().asString().contains("CHECKPOINT_INVALID: no folder");
    }

    @Test
    void anEvaluationIsOneOfTwo() {
        assertThat(run("eval")).isEqualTo(2);

        assertThat(err.toString()).contains("expected a subcommand: recall or tasks");
    }

    @Test
    void refusesEvaluationsThatCannotBe() {
        assertThat(run("eval", "recall", "--tasks=needle,nedle")).isEqualTo(2);
        assertThat(run("eval", "recall", "--lengths=4q")).isEqualTo(2);
        assertThat(run("eval", "recall", "--picture=recall.gif")).isEqualTo(2);
        assertThat(run("eval", "tasks", "--per-task=0")).isEqualTo(2);

        assertThat(err.toString())
                .contains("--tasks: no task nedle; there are needle, ")
                .contains("expected a length such as 512, 4k or 1m, got '4q'")
                .contains("--picture: expected .png or .svg, got recall.gif")
                .contains("--per-task: expected a positive number");
    }

    @Test
    void refusesDemonstrationsThatCannotBe() {
        assertThat(run("demo", "--question=What?")).isEqualTo(2);
        assertThat(run("demo", "--papers=0")).isEqualTo(2);
        assertThat(run("demo", "--file=no/such/file.md")).isEqualTo(2);

        assertThat(err.toString())
                .contains("--question: expected --file beside it")
                .contains("no/such/file.md");
    }

    private int run(String... args) {
        return commands().execute(args);
    }

    private CommandLine commands() {
        return new Commands("no.such.Main")
                .withNodes(new FakeNodes(), "no.such.Main")
                .commandLine()
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true));
    }
}
