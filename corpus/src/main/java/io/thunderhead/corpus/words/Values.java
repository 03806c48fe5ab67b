package io.thunderhead.corpus.words;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What the slots of one fact stand for: invented when first needed and kept, so that question and answer speak of the
/// same. Not thread-safe.
public final class Values {
    /// Words of these lists belong to the fact; all others are drawn anew each time.
    private static final Set<String> KEPT =
            Set.of("role", "object", "store", "record_kind", "fruit", "colour", "pet", "person", "unit");

    private final Map<String, String> values = new HashMap<>();
    private final @Nullable Names names;
    private final Dice dice;

    public Values(@Nullable Names names, Dice dice) {
        this.names = names;
        this.dice = dice;
    }

    public Values put(String slot, String value) {
        values.put(slot, value);
        return this;
    }

    public String get(String slot) {
        String value = get(slot, Lexicon.has(slot) ? Lexicon.words(slot) : List.of());
        if (value == null) {
            throw new IllegalStateException("expected a kept value for {" + slot + "}, got none");
        }
        return value;
    }

    /// Null if the slot is none of the fact's.
    @Nullable
    String get(String slot, List<String> words) {
        String value = values.get(slot);
        if (value == null && names != null) {
            value = KEPT.contains(slot) ? dice.pick(words) : invent(slot, names);
            if (value != null) {
                values.put(slot, value);
            }
        }
        return value;
    }

    private @Nullable String invent(String slot, Names names) {
        return switch (slot) {
            case "name", "place1", "place2", "set1", "set2", "set3" -> names.name();
            case "person1", "person2" -> names.person();
            case "authors" -> Numbers.authors(names, dice);
            case "title" -> Titles.title(names, dice);
            case "digits" -> Numbers.digits(dice, dice.between(4, 7));
            case "size1", "size2", "size3" -> Numbers.digits(dice, dice.between(3, 5));
            case "code" -> Numbers.code(dice);
            default -> null;
        };
    }
}
