package io.thunderhead.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.thunderhead.cli.settings.ModelSettings;
import java.io.BufferedReader;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// `serve` as a process of its own, with nodes that load nothing.
@Timeout(60)
class ServeIT {
    private final List<String> lines = new ArrayList<>();
    private final Process serve = launch();

    @AfterEach
    void killWhatIsLeft() {
        serve.descendants().forEach(ProcessHandle::destroyForcibly);
        serve.destroyForcibly();
    }

    @Test
    void startsChildrenAndStopsThemInOrderOnSigterm() throws Exception {
        BufferedReader output = serve.inputReader();
        readUntil(output, "listening on every address of this machine");
        List<ProcessHandle> children = serve.descendants().toList();

        serve.toHandle().destroy();
        readUntil(output, null);

        assertThat(serve.waitFor(20, TimeUnit.SECONDS)).isTrue();
        assertThat(children).hasSize(3).noneMatch(ProcessHandle::isAlive);
        assertThat(lines)
                .contains("serving " + ModelSettings.SHIPPED
                        + " from a coordinator, 1 attention workers and 1 expert workers, each a process")
                .contains("[coordinator] coordinator joins 1, binds own port true, http port 1234")
                .contains("[attention-0] attention-worker joins 1, binds own port false, http port 1234");
        assertThat(lines.stream().filter(line -> line.endsWith(" stopped")))
                .containsExactly(
                        "[coordinator] coordinator stopped",
                        "[attention-0] attention-worker stopped",
                        "[expert-0] expert-worker stopped");
    }

    @Test
    void saysWhenAWorkerDiesAndGoesOn() throws Exception {
        BufferedReader output = serve.inputReader();
        readUntil(output, "ready: http");
        String started = lines.stream()
                .filter(line -> line.matches("\\[expert-0\\] process \\d+ started"))
                .findFirst()
                .orElseThrow();
        long pid = Long.parseLong(started.replaceAll(".*process (\\d+).*", "$1"));

        ProcessHandle.of(pid).orElseThrow().destroyForcibly();
        readUntil(output, "has died");

        assertThat(lines.getLast()).isEqualTo("[expert-0] expert-0 (process " + pid + ") has died: killed by signal 9");
        assertThat(serve.isAlive()).isTrue();
    }

    @Test
    void leavesNoProcessWhenKilled() throws Exception {
        readUntil(serve.inputReader(), "ready: http");
        List<ProcessHandle> children = serve.descendants().toList();

        serve.destroyForcibly();

        for (ProcessHandle child : children) {
            child.onExit().get(20, TimeUnit.SECONDS);
        }
    }

    private static Process launch() {
        try {
            ProcessBuilder builder = new ProcessBuilder(
                    ProcessHandle.current().info().command().orElseThrow(),
                    "-cp",
                    System.getProperty("java.class.path"),
                    FakeNodes.class.getName(),
                    "serve",
                    "--attention-workers",
                    "1",
                    "--set",
                    "cluster.expert-workers=1");
            builder.environment().put("THUNDERHEAD_HTTP_PORT", "1234");
            return builder.redirectErrorStream(true).start();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /// Collects output up to a line with this text, or to its end.
    private void readUntil(BufferedReader output, @Nullable String text) throws IOException {
        for (String line = output.readLine(); line != null; line = output.readLine()) {
            lines.add(line);
            if (text != null && line.contains(text)) {
                return;
            }
        }
        assertThat(text).as("missing in the output: %s", lines).isNull();
    }
}
