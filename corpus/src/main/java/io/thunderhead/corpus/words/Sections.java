package io.thunderhead.corpus.words;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// A resource file of this package: lines under `[section]` headings; `#` begins a comment line.
final class Sections {
    private Sections() {}

    static Map<String, List<String>> read(String file) {
        Map<String, List<String>> sections = new LinkedHashMap<>();
        List<String> current = new ArrayList<>();
        for (String line : text(file).split("\n", -1)) {
            if (line.startsWith("[") && line.endsWith("]")) {
                current = new ArrayList<>();
                if (sections.put(line.substring(1, line.length() - 1), current) != null) {
                    throw new IllegalStateException(file + ": expected each section once, got " + line + " again");
                }
            } else if (!line.isBlank() && !line.startsWith("#")) {
                current.add(line.strip());
            }
        }
        return sections;
    }

    private static String text(String file) {
        try (InputStream stream = Sections.class.getResourceAsStream(file)) {
            if (stream == null) {
                throw new IllegalStateException(file + ": expected a resource beside Sections, got none");
            }
            return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(file, e);
        }
    }
}
