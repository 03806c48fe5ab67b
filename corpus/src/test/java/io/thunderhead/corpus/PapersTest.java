package io.thunderhead.corpus;

import static org.assertj.core.api.Assertions.assertThat;

import io.thunderhead.corpus.words.Split;
import org.junit.jupiter.api.Test;

class PapersTest {
    @Test
    void asksEveryPaperForItsDataSetsAndTheirSizes() {
        Papers papers = papers(3);

        assertThat(papers.papers()).hasSize(10);
        assertThat(papers.exam().questions()).hasSize(10);
        for (int i = 0; i < 10; i++) {
            Paper paper = papers.papers().get(i);
            Question question = papers.exam().questions().get(i);
            assertThat(question.task()).isEqualTo(Task.DATA_SETS_AND_SIZES);
            assertThat(question.text()).contains(paper.title());
            paper.dataSets()
                    .forEach(set ->
                            assertThat(question.answer()).contains(set.name()).contains(set.size() + " " + set.unit()));
        }
    }

    @Test
    void theTextSaysWhatTheAnswersSay() {
        Papers papers = papers(3);

        assertThat(Exam.text(papers.exam().opening().getFirst())).isEqualTo(papers.text());
        papers.papers()
                .forEach(paper -> paper.dataSets()
                        .forEach(set -> assertThat(papers.text())
                                .contains(paper.title(), set.name(), set.size() + " " + set.unit())));
    }

    @Test
    void aSeedRepeatsThem() {
        assertThat(papers(3)).isEqualTo(papers(3));
        assertThat(papers(3).text()).isNotEqualTo(papers(4).text());
    }

    private static Papers papers(long seed) {
        return Papers.of(Split.TEST, seed, 10, 6000, text -> text.length() / 4 + 1);
    }
}
