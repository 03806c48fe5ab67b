package io.thunderhead.corpus.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.thunderhead.corpus.Exam;
import io.thunderhead.corpus.Exams;
import io.thunderhead.corpus.Mix;
import io.thunderhead.corpus.Question;
import io.thunderhead.corpus.words.Split;
import io.thunderhead.model.testing.Goldens;
import io.thunderhead.model.tokenizer.TokenIds;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.ShortBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RowStreamTest {
    private static final String END = "<end_of_sentence>";

    private final ChatTokens chat = ChatTokens.read(Goldens.path("tokenizer"));

    @Test
    void sameBytesWhateverTheThreads() throws IOException {
        byte[] one = rows(Mix.standard(), 1024, 1, 130);

        assertThat(one).hasSize(130 * 1025 * 2);
        assertThat(rows(Mix.standard(), 1024, 3, 130)).isEqualTo(one);
    }

    @Test
    void rowsComeInTheOrderOfTheirIndex() throws IOException {
        ShortBuffer rows = ByteBuffer.wrap(rows(Mix.standard(), 1024, 2, 300))
                .order(ByteOrder.LITTLE_ENDIAN)
                .asShortBuffer();
        RowMaker maker = new RowMaker(chat, Mix.standard(), 1024);
        for (long index = 0; index < 300; index++) {
            short[] row = new short[1025];
            rows.get(row);
            assertThat(row).as("row " + index).isEqualTo(maker.row(3, index));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {512, 1024, 4096})
    void marksAnswersAndNothingElse(int length) throws IOException {
        RowMaker maker = new RowMaker(chat, Mix.standard(), length);
        for (long index = 0; index < 60; index++) {
            short[] row = maker.row(5, index);
            List<String> answers = marked(row);

            assertThat(row).hasSize(length + 1);
            assertThat(answers).isNotEmpty().allMatch(answer -> answer.endsWith(END));
            String text = decode(row, 0, row.length);
            assertThat(text).startsWith("<beginning_of_sentence>");
            for (String answer : answers) {
                assertThat(text).contains("ai name=assistant\n" + answer);
            }
        }
    }

    @Test
    void marksTheAnswersOfItsExam() {
        CachedEncoder encoder = new CachedEncoder(chat.tokenizer());
        Exams exams = new Exams(Split.TEST, encoder::count);
        for (long index = 0; index < 100; index++) {
            Exam exam = exams.mixed(Mix.standard(), 6, index, 1000);
            ChatTokens.Marked marked = chat.tokens(exam, encoder);
            List<String> answers = marked.answers().stream()
                    .map(answer -> chat.tokenizer().decode(slice(marked.ids(), answer), false))
                    .toList();
            List<Question> asked = exam.tools().isEmpty()
                    ? exam.questions()
                    : List.of(exam.questions().getLast());

            assertThat(answers)
                    .isEqualTo(asked.stream()
                            .map(question -> question.answer() + END)
                            .toList());
        }
    }

    @Test
    void documentsNearlyFillTheRow() {
        RowMaker maker = new RowMaker(chat, Mix.parse("papers=1,needles=1"), 4096);
        for (long index = 0; index < 40; index++) {
            short[] row = maker.row(7, index);
            int used = row.length;
            while (row[used - 2] == chat.endTokenId()) {
                used--;
            }
            assertThat(used).as("row " + index).isGreaterThan(4096 * 86 / 100);
        }
    }

    @Test
    void endsWhenTheReaderHasGone() {
        OutputStream closed = new OutputStream() {
            private int left = 3_000_000;

            @Override
            public void write(int b) throws IOException {
                write(new byte[1], 0, 1);
            }

            @Override
            public void write(byte[] bytes, int from, int length) throws IOException {
                left -= length;
                if (left < 0) {
                    throw new IOException("Broken pipe");
                }
            }
        };

        RowStream rows = new RowStream(chat, Mix.standard(), 1, 1024, 2);
        assertThatThrownBy(() -> rows.write(Long.MAX_VALUE, closed)).hasMessage("Broken pipe");
    }

    @Test
    void refusesALengthThatNothingFits() {
        assertThatThrownBy(() -> new RowStream(chat, Mix.standard(), 1, 16, 1)).hasMessageContaining("--length");
    }

    private byte[] rows(Mix mix, int length, int threads, int count) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        new RowStream(chat, mix, 3, length, threads).write(count, out);
        return out.toByteArray();
    }

    private List<String> marked(short[] row) {
        List<String> answers = new ArrayList<>();
        for (int start = 0; start < row.length; start++) {
            int end = start;
            while (end < row.length && row[end] < 0) {
                end++;
            }
            if (end > start) {
                answers.add(decode(row, start, end));
                start = end;
            }
        }
        return answers;
    }

    private String decode(short[] row, int from, int to) {
        int[] ids = new int[to - from];
        for (int i = from; i < to; i++) {
            ids[i - from] = row[i] & 0x7FFF;
        }
        return chat.tokenizer().decode(ids, false);
    }

    private static int[] slice(TokenIds ids, ChatTokens.Range range) {
        return ids.slice(range.start(), range.end()).toArray();
    }
}
