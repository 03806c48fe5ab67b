package io.thunderhead.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.thunderhead.model.testing.Goldens;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class PaperDemoTest {
    private static final Path MODEL = Goldens.shipped("golden-tiny");

    @Test
    void everyPaperIsAskedAboutAndTheTruthStandsInTheText() {
        DemoDocument document = PaperDemo.make(MODEL, 7, 10, 6000);

        assertThat(document.questions()).hasSize(10);
        assertThat(document.opening().getFirst().content()).isEqualTo(document.text());
        assertThat(document.questions()).allSatisfy(question -> {
            String title = question.text().replaceAll("(?s).*(\".*\").*", "$1");
            assertThat(document.text()).contains(title);
            assertThat(question.truth())
                    .hasValueSatisfying(truth -> assertThat(truth).contains(title));
        });
    }

    @Test
    void aSeedRepeatsThePapers() {
        assertThat(PaperDemo.make(MODEL, 7, 3, 2000)).isEqualTo(PaperDemo.make(MODEL, 7, 3, 2000));
        assertThat(PaperDemo.make(MODEL, 7, 3, 2000).text())
                .isNotEqualTo(PaperDemo.make(MODEL, 8, 3, 2000).text());
    }
}
