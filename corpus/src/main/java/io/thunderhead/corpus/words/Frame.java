package io.thunderhead.corpus.words;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// A sentence with slots, `The {role} of {place1} is {person1}.`; a slot without a given value takes a word of its
/// list. Immutable.
public final class Frame {
    private static final Pattern SLOT = Pattern.compile("\\{([a-z][a-z0-9_]*)}");

    private final List<Part> parts = new ArrayList<>();

    /// @param slot empty in a part that is only text
    private record Part(String text, String slot, List<String> words) {}

    private Frame() {}

    public static Frame of(String text) {
        Frame frame = new Frame();
        Matcher slots = SLOT.matcher(text);
        int position = 0;
        while (slots.find()) {
            String slot = slots.group(1);
            List<String> words = Lexicon.has(slot) ? Lexicon.words(slot) : List.of();
            frame.parts.add(new Part(text.substring(position, slots.start()), slot, words));
            position = slots.end();
        }
        frame.parts.add(new Part(text.substring(position), "", List.of()));
        return frame;
    }

    public String fill(Values values, Dice dice) {
        StringBuilder text = new StringBuilder(96);
        for (Part part : parts) {
            text.append(part.text());
            if (!part.slot().isEmpty()) {
                append(word(part, values, dice), text);
            }
        }
        text.setCharAt(0, Character.toUpperCase(text.charAt(0)));
        return text.toString();
    }

    private static String word(Part part, Values values, Dice dice) {
        @Nullable String given = values.get(part.slot(), part.words());
        if (given == null && part.words().isEmpty()) {
            throw new IllegalStateException("expected a value for {" + part.slot() + "}, got none");
        }
        return given == null ? dice.pick(part.words()) : given;
    }

    private static void append(String word, StringBuilder text) {
        int length = text.length();
        boolean afterArticle = length >= 2
                && text.charAt(length - 1) == ' '
                && Character.toLowerCase(text.charAt(length - 2)) == 'a'
                && (length == 2 || text.charAt(length - 3) == ' ');
        if (afterArticle && "aeiou".indexOf(word.charAt(0)) >= 0 && !word.startsWith("use")) {
            text.insert(length - 1, 'n');
        }
        text.append(word);
    }
}
