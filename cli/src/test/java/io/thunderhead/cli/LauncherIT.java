package io.thunderhead.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The shell script, in a checkout of its own, with a Maven that builds nothing and a JDK that prints its arguments.
@Timeout(60)
class LauncherIT {
    private static final String SOURCE = "core/src/main/java/Core.java";

    @TempDir
    private Path folder;

    private Path checkout = Path.of("");
    private Path tools = Path.of("");

    @BeforeEach
    void layOut() throws IOException {
        checkout = Files.createDirectory(folder.resolve("a checkout"));
        tools = Files.createDirectory(folder.resolve("tools"));
        Files.copy(Path.of("..", "thunderhead"), checkout.resolve("thunderhead"));
        write(checkout.resolve("pom.xml"), "");
        write(checkout.resolve("core/pom.xml"), "");
        write(checkout.resolve(SOURCE), "");
        write(checkout.resolve("cli/target/thunderhead-cli-1.jar"), "");
        write(checkout.resolve("core/target/core.jar"), "");
        write(
                checkout.resolve("cli/target/launcher/class-path"),
                checkout.resolve("core/target/core.jar") + ":/repository/other.jar");
        write(checkout.resolve("cli/target/launcher/jvm.flags"), "--some-flag");
        write(tools.resolve("jdk/release"), "IMPLEMENTOR=\"x\"\nJAVA_VERSION=\"25.0.3\"\n");
        program(tools.resolve("jdk/bin/javac"), "exit 0");
        program(tools.resolve("jdk/bin/java"), "echo \"$@\"");
        program(tools.resolve("bin/mvn"), "echo \"$@\" >>" + tools.resolve("builds") + "; sleep 0.2");
    }

    @Test
    void manyStartsBuildOnceAndAllRun() throws Exception {
        List<Process> starts = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            starts.add(launch("serve", "--port", "0"));
        }

        for (Process start : starts) {
            assertThat(output(start)).contains("io.thunderhead.cli.Main serve --port 0");
            assertThat(start.exitValue()).isZero();
        }
        assertThat(builds()).hasSize(1);
    }

    @Test
    void buildsAgainOnlyWhenASourceIsNewer() throws Exception {
        output(launch("version"));
        output(launch("version"));
        assertThat(builds()).hasSize(1);

        Files.setLastModifiedTime(
                checkout.resolve(SOURCE), FileTime.from(Instant.now().plusSeconds(5)));
        output(launch("version"));

        assertThat(builds()).hasSize(2);
    }

    @Test
    void runsFromCopiesOfTheProjectsJars() throws Exception {
        output(launch("version"));

        String build =
                Files.readString(checkout.resolve(".thunderhead/current")).strip();
        Path copies = checkout.resolve(".thunderhead").resolve(build);
        assertThat(copies.resolve("class-path.args"))
                .hasContent("-cp\n\"" + copies.resolve("thunderhead-cli-1.jar") + ":" + copies.resolve("core.jar")
                        + ":/repository/other.jar\"");
        assertThat(copies.resolve("core.jar")).exists();
    }

    @Test
    void aFailedBuildIsToldAndNotKept() throws Exception {
        program(tools.resolve("bin/mvn"), "echo '[ERROR] no such thing'; exit 1");

        Process failed = launch("version");

        assertThat(output(failed)).contains("[ERROR] no such thing").contains("the build failed; see ");
        assertThat(failed.exitValue()).isEqualTo(1);
        assertThat(checkout.resolve(".thunderhead/current")).doesNotExist();
    }

    private Process launch(String... arguments) throws IOException {
        List<String> command =
                new ArrayList<>(List.of("sh", checkout.resolve("thunderhead").toString()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().put("JAVA_HOME", tools.resolve("jdk").toString());
        builder.environment().put("PATH", tools.resolve("bin") + ":" + System.getenv("PATH"));
        return builder.start();
    }

    private static String output(Process process) throws IOException, InterruptedException {
        String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        return text;
    }

    private List<String> builds() throws IOException {
        return Files.readAllLines(tools.resolve("builds"));
    }

    private static void program(Path file, String script) throws IOException {
        write(file, "#!/bin/sh\n" + script + "\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private static void write(Path file, String text) throws IOException {
        Files.createDirectories(file.resolveSibling(""));
        Files.writeString(file, text);
    }
}
