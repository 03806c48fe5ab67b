package io.thunderhead.corpus;

import static org.assertj.core.api.Assertions.assertThat;

import io.thunderhead.corpus.words.Split;
import java.util.List;
import org.junit.jupiter.api.Test;

class PapersTest {
    private final Papers papers = Papers.make(Split.TEST, 42, 10, 8000, text -> text.length() / 4 + 1);

    @Test
    void sameSeedSamePapers() {
        Papers again = Papers.make(Split.TEST, 42, 10, 8000, text -> text.length() / 4 + 1);

        assertThat(again.text()).isEqualTo(papers.text());
        assertThat(again.papers()).isEqualTo(papers.papers());
        assertThat(again.dataSets(again.papers().getFirst()))
                .isEqualTo(papers.dataSets(papers.papers().getFirst()));
    }

    @Test
    void theTextSaysWhatIsTrue() {
        assertThat(papers.papers()).hasSize(10).allSatisfy(paper -> {
            assertThat(papers.text())
                    .contains("Paper " + paper.number())
                    .contains(paper.title())
                    .contains(paper.authors());
            paper.dataSets()
                    .forEach(set -> assertThat(papers.text()).containsPattern(set.name() + "[^.]* " + set.size()));
        });
        assertThat(papers.text().length() / 4).isBetween(7200, 8000);
    }

    @Test
    void answersNameTheDataSetsInTheirOrder() {
        Paper paper = papers.papers().get(3);
        List<String> names = paper.dataSets().stream().map(DataSet::name).toList();
        List<String> sizes = paper.dataSets().stream()
                .map(set -> set.name() + " with " + set.size() + " " + set.unit())
                .toList();

        assertThat(papers.dataSets(paper).answer())
                .startsWith("The paper " + paper.title() + " uses ")
                .containsSubsequence(names);
        assertThat(papers.dataSetsAndSizes(paper).answer()).containsSubsequence(sizes);
        assertThat(papers.authors(paper).answer()).containsSubsequence(paper.authors());
    }

    @Test
    void askedOneByOne() {
        Paper paper = papers.papers().getLast();
        DataSet set = paper.dataSets().getLast();

        assertThat(papers.size(paper, set).answer())
                .isEqualTo("The data set " + set.name() + " has " + set.size() + " " + set.unit() + ".");
        assertThat(papers.usedBy(paper, set).answer())
                .isEqualTo("The data set " + set.name() + " is used by the paper " + paper.title() + ".");
        assertThat(papers.usedBy(paper, set).depth()).isBetween(0.7, 1.0);
    }
}
