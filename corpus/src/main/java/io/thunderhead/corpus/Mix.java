package io.thunderhead.corpus;

import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;

/// How often each kind of conversation comes, as whole weights.
public record Mix(Map<Kind, Integer> weights) {
    public enum Kind {
        PAPERS,
        NEEDLES,
        MEMORY,
        TOOLS,
        SMALL_TALK,
        CHINESE,
        CHINESE_TALK
    }

    public Mix {
        weights = Map.copyOf(weights);
    }

    public static Mix standard() {
        return parse("papers=46,needles=25,memory=11,tools=9,small_talk=5,chinese=3,chinese_talk=1");
    }

    /// `papers=45,needles=25`. Throws IllegalArgumentException.
    public static Mix parse(String text) {
        Map<Kind, Integer> weights = new EnumMap<>(Kind.class);
        for (String entry : text.split(",", -1)) {
            String[] sides = entry.split("=", -1);
            if (sides.length != 2) {
                throw new IllegalArgumentException("mix: expected kind=weight, got " + entry);
            }
            weights.put(Kind.valueOf(sides[0].strip().toUpperCase(Locale.ROOT)), Integer.valueOf(sides[1].strip()));
        }
        return new Mix(weights);
    }
}
