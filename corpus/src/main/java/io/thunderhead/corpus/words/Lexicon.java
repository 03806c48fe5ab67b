package io.thunderhead.corpus.words;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/// The words that may fill a slot of a frame.
public final class Lexicon {
    private static final Map<String, List<String>> WORDS = Sections.read("lexicon.txt").entrySet().stream()
            .collect(Collectors.toUnmodifiableMap(Map.Entry::getKey, section -> words(section.getValue())));
    private static final Set<String> SINGLE_WORDS = WORDS.values().stream()
            .flatMap(List::stream)
            .flatMap(entry -> Arrays.stream(entry.toLowerCase(Locale.ROOT).split(" ", -1)))
            .collect(Collectors.toUnmodifiableSet());

    private Lexicon() {}

    /// Throws for a slot without a list.
    public static List<String> words(String slot) {
        List<String> words = WORDS.get(slot);
        if (words == null) {
            throw new IllegalStateException("lexicon.txt: expected a section [" + slot + "], got none");
        }
        return words;
    }

    static boolean has(String slot) {
        return WORDS.containsKey(slot);
    }

    /// Whether an invented name would be a word of ordinary text.
    static boolean isWord(String name) {
        return SINGLE_WORDS.contains(name.toLowerCase(Locale.ROOT));
    }

    private static List<String> words(List<String> lines) {
        return lines.stream()
                .flatMap(line -> Arrays.stream(line.split(",", -1)))
                .map(String::strip)
                .filter(word -> !word.isEmpty())
                .toList();
    }
}
