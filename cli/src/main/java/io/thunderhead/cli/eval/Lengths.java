package io.thunderhead.cli.eval;

import java.util.Locale;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/// Lengths in tokens as people write them: `1k` is 1,024 and `1m` 1,048,576.
final class Lengths implements ITypeConverter<Integer> {
    private static final int TOKENS_MAX = 1 << 24;

    @Override
    public Integer convert(String text) {
        String lower = text.strip().toLowerCase(Locale.ROOT);
        int shift = lower.endsWith("m") ? 20 : lower.endsWith("k") ? 10 : 0;
        String digits = shift == 0 ? lower : lower.substring(0, lower.length() - 1);
        if (!digits.matches("\\d{1,8}")) {
            throw new TypeConversionException("expected a length such as 512, 4k or 1m, got '" + text + "'");
        }
        long tokens = Long.parseLong(digits) << shift;
        if (tokens < 64 || tokens > TOKENS_MAX) {
            throw new TypeConversionException("expected 64 to 16m tokens, got '" + text + "'");
        }
        return (int) tokens;
    }

    static String shown(int tokens) {
        if (tokens % (1 << 20) == 0) {
            return (tokens >> 20) + "m";
        }
        return tokens % (1 << 10) == 0 ? (tokens >> 10) + "k" : Integer.toString(tokens);
    }
}
