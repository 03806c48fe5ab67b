package io.thunderhead.corpus.stream;

import io.thunderhead.corpus.Exam;
import io.thunderhead.corpus.Exams;
import io.thunderhead.corpus.Mix;
import io.thunderhead.corpus.words.Split;
import io.thunderhead.model.tokenizer.ChatFormat;
import io.thunderhead.model.tokenizer.ChatMessage;
import io.thunderhead.model.tokenizer.TokenIds;
import io.thunderhead.model.tokenizer.Tokenizer;
import io.thunderhead.model.tokenizer.TokenizerReader;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;

/// Conversations as the served model will see them: rendered by its own chat template, cut where an answer begins, so
/// that the ids before an answer are those of the prompt and the answer's own are those that the model should write.
/// Immutable and thread-safe.
final class ChatTokens {
    private static final int CHECKED = 32;
    private static final int CHECKED_CHARACTERS = 4000;

    private final Tokenizer tokenizer;
    private final ChatFormat format;
    private final String answerHeader;
    private final String end;

    private ChatTokens(Tokenizer tokenizer, ChatFormat format) {
        this.tokenizer = tokenizer;
        this.format = format;
        List<ChatMessage> hello = List.of(ChatMessage.text("user", "Hello"));
        String asked = format.render(hello, List.of(), true);
        this.answerHeader =
                asked.substring(format.render(hello, List.of(), false).length());
        this.end = tokenizer.decode(new int[] {endTokenId()}, false);
    }

    /// Throws IllegalArgumentException if the folder has no tokenizer or one that [CachedEncoder] does not do justice
    /// to, and CHECKPOINT_INVALID if its files are wrong.
    static ChatTokens read(Path model) {
        Tokenizer tokenizer = TokenizerReader.read(model)
                .orElseThrow(() -> new IllegalArgumentException(model + ": expected a tokenizer.json, got none"));
        ChatTokens chat = new ChatTokens(tokenizer, ChatFormat.read(model, Clock.systemUTC()));
        for (int index = 0; index < CHECKED; index++) {
            Exam exam = new Exams(Split.TRAIN, String::length).mixed(Mix.standard(), 0, index, CHECKED_CHARACTERS);
            chat.check(PlainText.text(exam));
        }
        return chat;
    }

    private void check(String text) {
        if (!CachedEncoder.agrees(tokenizer, text)) {
            throw new IllegalArgumentException(
                    "tokenizer.json: expected the ids of a text to be those of its words, which they are not");
        }
    }

    Tokenizer tokenizer() {
        return tokenizer;
    }

    int endTokenId() {
        return tokenizer
                .endTokenId()
                .orElseThrow(() -> new IllegalArgumentException("tokenizer_config.json: expected an eos_token"));
    }

    /// The whole conversation. With tools, whose definitions the template writes after all messages, only the last
    /// answer is marked and nothing follows it.
    Marked tokens(Exam exam, CachedEncoder encoder) {
        int last = exam.questions().size() - 1;
        String prompt = format.render(exam.before(last), exam.tools(), true);
        MarkedBuilder row = new MarkedBuilder(encoder);
        int position = 0;
        for (int i = 0; exam.tools().isEmpty() && i < last; i++) {
            String answer = exam.questions().get(i).answer() + end;
            int header = prompt.indexOf(answerHeader + answer, position);
            if (header < 0) {
                throw new IllegalArgumentException("chat template: expected it to print each answer as it is");
            }
            int start = header + answerHeader.length();
            row.plain(prompt.substring(position, start));
            row.answer(answer);
            position = start + answer.length();
        }
        row.plain(prompt.substring(position));
        row.answer(exam.questions().get(last).answer() + end);
        return row.finish();
    }

    /// Ids, and for each marked answer where it begins and ends.
    record Marked(TokenIds ids, List<Range> answers) {
        Marked {
            answers = List.copyOf(answers);
        }
    }

    /// `[start, end)`
    record Range(int start, int end) {}

    private static final class MarkedBuilder {
        private final CachedEncoder encoder;
        private final List<int[]> parts = new ArrayList<>();
        private final List<Range> answers = new ArrayList<>();
        private int size;

        MarkedBuilder(CachedEncoder encoder) {
            this.encoder = encoder;
        }

        void plain(String text) {
            int[] ids = encoder.encode(text);
            parts.add(ids);
            size += ids.length;
        }

        void answer(String text) {
            int start = size;
            plain(text);
            answers.add(new Range(start, size));
        }

        Marked finish() {
            int[] ids = new int[size];
            int position = 0;
            for (int[] part : parts) {
                System.arraycopy(part, 0, ids, position, part.length);
                position += part.length;
            }
            return new Marked(TokenIds.of(ids), answers);
        }
    }
}
