package io.thunderhead.cli.eval;

import static org.assertj.core.api.Assertions.assertThat;

import io.thunderhead.corpus.Question;
import io.thunderhead.corpus.Task;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class EvalReportTest {
    private final Tally tally = new Tally(4);

    @TempDir
    private Path folder;

    @BeforeEach
    void measure() {
        add(1024, Task.NEEDLE, 0, true);
        add(1024, Task.NEEDLE, 0.24, false);
        add(1024, Task.DATA_SETS, 0.25, true);
        add(1024, Task.DATA_SETS, 1, true);
        add(1024, Task.NOT_STATED, Double.NaN, true);
        add(4096, Task.NEEDLE, 0.999, false);
        tally.addRun(1024, new Tally.LengthRun(1, 1000, 0.5));
        tally.addRun(1024, new Tally.LengthRun(1, 1010, 0.5));
        tally.addRun(4096, new Tally.LengthRun(1, 4000, 2));
    }

    @Test
    void countsByLengthAndDepth() {
        EvalReport report = report(true);

        assertThat(report.at(1024, 0)).isEqualTo(new Count(2, 1));
        assertThat(report.at(1024, 1)).isEqualTo(new Count(1, 1));
        assertThat(report.at(1024, 3)).isEqualTo(new Count(1, 1));
        assertThat(report.at(4096, 3)).isEqualTo(new Count(1, 0));
        assertThat(report.depthTable().lines().map(String::strip))
                .containsExactly(
                        "length    0-25 %   25-50 %   50-75 %  75-100 %     asked",
                        "1k      50.0     100.0         -     100.0         5",
                        "4k         -         -         -       0.0         1");
    }

    @Test
    void countsByTask() {
        assertThat(report(true).taskTable().lines())
                .containsExactly(
                        "task                                1k              4k",
                        "data_sets                    100.0 (2)               -",
                        "needle                        50.0 (2)         0.0 (1)",
                        "not_stated                   100.0 (1)               -");
    }

    @Test
    void writesTheDocumentedNames() {
        JsonNode json = new JsonMapper().readTree(report(false).json());

        assertThat(json.propertyNames())
                .containsExactly(
                        "version",
                        "model",
                        "url",
                        "seed",
                        "split",
                        "method",
                        "depths",
                        "complete",
                        "lengths",
                        "cells",
                        "misses");
        assertThat(json.at("/method").asString()).isEqualTo("score");
        assertThat(json.at("/complete").asBoolean()).isFalse();
        assertThat(json.at("/lengths/0").toString())
                .isEqualTo("{\"length\":1024,\"exams\":2,\"tokens\":2010,\"seconds\":1.0,\"asked\":5,\"exact\":4}");
        assertThat(json.at("/cells/0").toString())
                .isEqualTo("{\"length\":1024,\"task\":\"needle\",\"depth\":0,\"asked\":2,\"exact\":1}");
        assertThat(json.at("/cells/3").has("depth")).isFalse();
        assertThat(json.at("/misses/0/expected").asString()).isEqualTo("answer");
        assertThat(json.at("/misses")).hasSize(2);
    }

    @Test
    void drawsAPngWithoutADisplay() throws IOException {
        Path file = folder.resolve("recall.png");

        new HeatMap(report(true)).write(file);

        BufferedImage image = ImageIO.read(file.toFile());
        assertThat(image.getWidth()).isBetween(400, 600);
        assertThat(image.getRGB(image.getWidth() / 2, image.getHeight() / 2)).isNotZero();
    }

    @Test
    void drawsAnSvg() throws IOException {
        Path file = folder.resolve("recall.svg");

        new HeatMap(report(true)).write(file);

        assertThat(Files.readString(file)).contains("<svg", "<rect", "<path").endsWith("</svg>\n");
    }

    private EvalReport report(boolean complete) {
        return EvalReport.of(new EvalSetup("1", "tiny", "http://127.0.0.1:1", 7, false, 4), complete, tally);
    }

    private void add(int length, Task task, double depth, boolean exact) {
        tally.add(length, new Question(task, depth, "question", "answer"), exact);
    }
}
