package io.thunderhead.integration;

import static org.assertj.core.api.Assertions.assertThat;

import io.thunderhead.model.testing.Goldens;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// `thunderhead demo` as a user runs it.
@Timeout(value = 240, unit = TimeUnit.SECONDS)
class DemoProcessIT {
    private static final int WRONG_ANSWER = 5;

    @Test
    void endsWellIfTheShippedModelAnswersRight() throws Exception {
        try (ThunderheadProcess demo = demo(DemoModel.FOLDER, "--once", "--in-process")) {
            assertThat(demo.awaitExit()).as(demo.output()).isZero();
            assertThat(demo.output()).contains("10 of 10 right").doesNotContain("wrong");
        }
    }

    /// Random weights know nothing, which the exit code says.
    @Test
    void saysSoIfAnAnswerIsWrong() throws Exception {
        try (ThunderheadProcess demo =
                demo(Goldens.shipped("golden-tiny"), "--once", "--in-process", "--papers=2", "--tokens=800")) {
            assertThat(demo.awaitExit()).as(demo.output()).isEqualTo(WRONG_ANSWER);
            assertThat(demo.output())
                    .contains("wrong", "expected: The paper", "0 of 2 right", "where the time went")
                    .doesNotContain("\u001b");
        }
    }

    @Test
    void leavesAServerThatTheShownCommandReaches() throws Exception {
        List<ProcessHandle> children;
        try (ThunderheadProcess demo = demo(Goldens.shipped("golden-tiny"), "--papers=1", "--tokens=600")) {
            String curl = demo.awaitLine("curl -s ").strip();
            children = demo.descendants();
            assertThat(children).hasSize(5);

            JsonNode answer = new JsonMapper().readTree(shell(curl));

            assertThat(answer.at("/object").asString()).isEqualTo("chat.completion");
            assertThat(answer.at("/model").asString()).isEqualTo("golden-tiny");
            assertThat(demo.stop()).isTrue();
        }
        assertThat(children).noneMatch(ProcessHandle::isAlive);
    }

    /// As a user would paste it.
    private static byte[] shell(String command) throws IOException, InterruptedException {
        Process shell = new ProcessBuilder("sh", "-c", command).start();
        byte[] output = shell.getInputStream().readAllBytes();
        assertThat(shell.waitFor()).isZero();
        return output;
    }

    private static ThunderheadProcess demo(Path model, String... options) throws IOException {
        String[] arguments = new String[options.length + 5];
        arguments[0] = "demo";
        arguments[1] = "--model=" + model;
        arguments[2] = "--seed=1";
        arguments[3] = "--port=0";
        arguments[4] = "--set=node.memory=1GiB";
        System.arraycopy(options, 0, arguments, 5, options.length);
        return new ThunderheadProcess(arguments);
    }
}
