package io.thunderhead.corpus.words;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// The frames of one resource file by section and split. Immutable.
public final class Phrases {
    private static final Pattern MARK = Pattern.compile("^(train|test): ");

    private final String file;
    private final Map<String, List<String>> lines;
    private final Map<String, List<Frame>> trainFrames;
    private final Map<String, List<Frame>> testFrames;

    private Phrases(String file) {
        this.file = file;
        this.lines = Sections.read(file);
        this.trainFrames = frames(lines, "test: ");
        this.testFrames = frames(lines, "train: ");
    }

    public static Phrases read(String file) {
        return new Phrases(file);
    }

    public boolean has(String section) {
        return lines.containsKey(section);
    }

    /// The lines of a section as they stand.
    public List<String> lines(String section) {
        return present(lines.get(section), section);
    }

    /// A frame of the section, filled.
    public String say(String section, Split split, Values values, Dice dice) {
        return dice.pick(frames(section, split)).fill(values, dice);
    }

    List<Frame> frames(String section, Split split) {
        return present(split == Split.TRAIN ? trainFrames.get(section) : testFrames.get(section), section);
    }

    private <T> T present(@Nullable T found, String section) {
        if (found == null) {
            throw new IllegalStateException(file + ": expected a section [" + section + "], got none");
        }
        return found;
    }

    /// A line that begins with `train:` or `test:` is for that split alone.
    private static Map<String, List<Frame>> frames(Map<String, List<String>> lines, String otherSplit) {
        Map<String, List<Frame>> frames = new HashMap<>();
        lines.forEach((section, texts) -> frames.put(
                section,
                texts.stream()
                        .filter(text -> !text.startsWith(otherSplit))
                        .map(text -> Frame.of(MARK.matcher(text).replaceFirst("")))
                        .toList()));
        return frames;
    }
}
