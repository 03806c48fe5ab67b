package io.thunderhead.corpus.words;

import java.util.List;
import java.util.stream.IntStream;

/// Numbers, codes and lists, written as they stand in texts and answers alike.
public final class Numbers {
    private static final String HEX = "0123456789abcdef";
    private static final int[] UUID = {8, 4, 4, 4, 12};
    private static final int[] SHORT_CODE = {4, 4, 4};
    private static final List<String> ORDINALS = List.of(
            "first",
            "second",
            "third",
            "fourth",
            "fifth",
            "sixth",
            "seventh",
            "eighth",
            "ninth",
            "tenth",
            "eleventh",
            "twelfth");
    private static final List<String> CARDINALS = List.of("one", "two", "three", "four");

    private Numbers() {}

    /// The first digit is not zero.
    public static String digits(Dice dice, int count) {
        StringBuilder digits = new StringBuilder().append((char) ('1' + dice.below(9)));
        while (digits.length() < count) {
            digits.append((char) ('0' + dice.below(10)));
        }
        return digits.toString();
    }

    /// Hexadecimal groups, some of them in the shape of a UUID.
    public static String code(Dice dice) {
        int[] groups = dice.chance(0.35) ? UUID : SHORT_CODE;
        StringBuilder code = new StringBuilder();
        for (int group : groups) {
            code.append(code.isEmpty() ? "" : "-");
            for (int i = 0; i < group; i++) {
                code.append(HEX.charAt(dice.below(HEX.length())));
            }
        }
        return code.toString();
    }

    /// One to three people.
    public static String authors(Names names, Dice dice) {
        return listed(people(names, dice.between(1, 3)));
    }

    public static List<String> people(Names names, int count) {
        return IntStream.range(0, count).mapToObj(_ -> names.person()).toList();
    }

    /// "A", "A and B", "A, B and C".
    public static String listed(List<String> entries) {
        int last = entries.size() - 1;
        return last == 0
                ? entries.getFirst()
                : String.join(", ", entries.subList(0, last)) + " and " + entries.get(last);
    }

    /// `number` counts from one; a number that has no word is written with digits.
    public static String ordinal(int number) {
        return number <= ORDINALS.size() ? ORDINALS.get(number - 1) : number + "th";
    }

    public static String cardinal(int count) {
        return CARDINALS.get(count - 1);
    }
}
