package io.thunderhead.corpus.stream;

import io.thunderhead.corpus.Exam;
import io.thunderhead.corpus.Exams;
import io.thunderhead.corpus.Mix;
import io.thunderhead.corpus.words.Split;
import java.util.Arrays;

/// Makes training rows: `length + 1` ids of 16 bits, of which bit 15 marks answers. Not thread-safe; one a thread.
final class RowMaker {
    static final int TARGET = 0x8000;
    private static final double SHORTER = 0.97;
    private static final int TRIES_MAX = 600;

    private final ChatTokens chat;
    private final CachedEncoder encoder;
    private final Exams exams;
    private final Mix mix;
    private final int length;

    RowMaker(ChatTokens chat, Mix mix, int length) {
        this.chat = chat;
        this.encoder = new CachedEncoder(chat.tokenizer());
        this.exams = new Exams(Split.TRAIN, encoder::count);
        this.mix = mix;
        this.length = length;
    }

    /// The same row for the same seed and index. A conversation that came out too long is made anew with less room; one
    /// that does not fit however little room it has gives way to another.
    short[] row(long seed, long index) {
        double room = length + 1;
        for (int tries = 0; tries < TRIES_MAX; tries++) {
            int another = tries / 6; // after six tries in vain
            room = tries % 6 == 0 ? length + 1 : room * SHORTER;
            Exam exam = exams.mixed(mix, seed + another * 0x5DEECE66DL, index, (int) room);
            if (exam.questions().isEmpty()) {
                continue;
            }
            ChatTokens.Marked marked = chat.tokens(exam, encoder);
            if (marked.ids().size() <= length + 1) {
                return row(marked);
            }
        }
        throw new IllegalStateException("length " + length + ": expected a conversation that fits, got none");
    }

    private short[] row(ChatTokens.Marked marked) {
        short[] row = new short[length + 1];
        Arrays.fill(row, (short) chat.endTokenId());
        for (int i = 0; i < marked.ids().size(); i++) {
            row[i] = (short) marked.ids().get(i);
        }
        for (ChatTokens.Range answer : marked.answers()) {
            for (int i = answer.start(); i < answer.end(); i++) {
                row[i] |= (short) TARGET;
            }
        }
        return row;
    }
}
