package io.thunderhead.helm;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Quantity;
import io.thunderhead.cli.Main;
import io.thunderhead.cli.settings.ModelSettings;
import io.thunderhead.cli.settings.NodeSettings;
import io.thunderhead.cluster.placement.PlacementOptions;
import io.thunderhead.core.config.Bytes;
import io.thunderhead.core.config.Config;
import io.thunderhead.transport.TransportConfig;
import java.io.File;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// The presets' memory holds what `thunderhead plan` puts there, and their pods hold that memory.
class PresetPlanTest {
    private static final Pattern HEAP = Pattern.compile("-Xmx(\\d+)([gm])");
    /// Of a JVM beside its heap and what it is told to hold: code, threads, buffers of sockets.
    private static final long OVERHEAD = 128L << 20;

    private record Answer(int exitCode, String output) {}

    static List<String> presets() {
        return Release.PRESETS;
    }

    @ParameterizedTest
    @MethodSource("presets")
    void thePlanFits(String preset, @TempDir Path folder) throws Exception {
        Answer answer = plan(Release.ofPreset(preset), folder);

        assertThat(answer.exitCode()).as(answer.output()).isZero();
        assertThat(answer.output()).contains("to spare");
    }

    @Test
    void aPresetWithOneExpertWorkerLessIsRefused(@TempDir Path folder) throws Exception {
        Answer answer = plan(Release.of(Release.preset("8x80gb"), Map.of("expertWorker.replicas", "5")), folder);

        assertThat(answer.exitCode()).isEqualTo(3);
    }

    @ParameterizedTest
    @MethodSource("presets")
    void thePodsHoldWhatTheirProcessesTake(String preset, @TempDir Path folder) {
        Release release = Release.ofPreset(preset);
        for (String role : Release.ROLES) {
            Config config = release.config(role, folder);
            String options = release.environment(role, "p", "10.0.0.1").getOrDefault("JAVA_TOOL_OPTIONS", "");
            long heap = heapBytes(options);
            long rows = config.get(TransportConfig.class).arrowMemory().value();
            long node =
                    config.get(NodeSettings.class).memory().map(Bytes::value).orElse(0L);
            long limit = Quantity.getAmountInBytes(
                            release.container(role).getResources().getLimits().get("memory"))
                    .longValueExact();
            assertThat(limit).as(role).isGreaterThanOrEqualTo(heap + rows + node + OVERHEAD);
        }
    }

    /// As the coordinator will compute it: keys and values in float32.
    private static Answer plan(Release release, Path folder) throws Exception {
        Config config = release.config("coordinator", folder);
        PlacementOptions placement = config.get(PlacementOptions.class);
        ModelSettings model = config.get(ModelSettings.class);
        boolean shipped = model.dir().toString().equals(ModelSettings.SHIPPED);
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName(),
                "plan",
                "--kv=float32",
                "--model=" + (shipped ? "../models/demo" : "minimax-text-01"),
                "--quantize=" + model.quantize().toString().toLowerCase(Locale.ROOT),
                "--context=" + placement.contextTokens(),
                "--sequences=" + placement.maxSequences()));
        for (String role : List.of("attention-worker", "expert-worker")) {
            long bytes = release.config(role, folder)
                    .get(NodeSettings.class)
                    .memory()
                    .orElseThrow()
                    .value();
            int replicas = release.workload(role).getSpec().getReplicas();
            command.add("--" + role + "s=" + replicas + "x" + bytes + "B");
        }
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectInput(new File("/dev/null"))
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        return new Answer(process.exitValue(), output);
    }

    private static long heapBytes(String options) {
        Matcher heap = HEAP.matcher(options);
        assertThat(heap.find()).as(options).isTrue();
        return Long.parseLong(heap.group(1)) << (heap.group(2).equals("g") ? 30 : 20);
    }
}
