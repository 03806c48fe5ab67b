package io.thunderhead.corpus.stream;

import io.thunderhead.model.tokenizer.Tokenizer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/// The production tokenizer behind a memory of words, several times as fast on texts whose words repeat. Byte-level
/// tokenizers of the GPT family never join what stands before the space of a word with what follows, so that the ids of
/// a text are those of its words; [#agrees] tells whether that holds. Not thread-safe: one a thread.
final class CachedEncoder {
    private static final int WORDS_MAX = 1 << 16;

    private final Tokenizer tokenizer;
    private final Map<String, int[]> idsByWord = new HashMap<>();
    private int[] ids = new int[1 << 10];
    private int size;

    CachedEncoder(Tokenizer tokenizer) {
        this.tokenizer = tokenizer;
    }

    static boolean agrees(Tokenizer tokenizer, String text) {
        return Arrays.equals(new CachedEncoder(tokenizer).encode(text), tokenizer.encode(text));
    }

    int[] encode(String text) {
        size = 0;
        int start = 0;
        for (int end = boundary(text, 0); start < text.length(); end = boundary(text, end)) {
            append(ids(text.substring(start, end)));
            start = end;
        }
        return Arrays.copyOf(ids, size);
    }

    int count(String text) {
        int count = 0;
        int start = 0;
        for (int end = boundary(text, 0); start < text.length(); end = boundary(text, end)) {
            count += ids(text.substring(start, end)).length;
            start = end;
        }
        return count;
    }

    /// The next space after `from` with a word behind it, or the end.
    private static int boundary(String text, int from) {
        for (int i = text.indexOf(' ', from + 1); i >= 0; i = text.indexOf(' ', i + 1)) {
            if (i + 1 < text.length() && !Character.isWhitespace(text.charAt(i + 1))) {
                return i;
            }
        }
        return text.length();
    }

    private int[] ids(String word) {
        int[] known = idsByWord.get(word);
        if (known == null) {
            known = tokenizer.encode(word);
            if (idsByWord.size() == WORDS_MAX) {
                idsByWord.clear(); // common words are back at once
            }
            idsByWord.put(word, known);
        }
        return known;
    }

    private void append(int[] more) {
        if (size + more.length > ids.length) {
            ids = Arrays.copyOf(ids, Math.max(ids.length * 2, size + more.length));
        }
        System.arraycopy(more, 0, ids, size, more.length);
        size += more.length;
    }
}
