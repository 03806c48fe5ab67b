package io.thunderhead.integration;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// What a node exposed at one moment, read from Prometheus' text format.
///
/// @param series name and labels -> value
/// @param families name as exposed -> what is known of it
record Scrape(Map<String, Double> series, Map<String, Family> families) {
    private static final Pattern SAMPLE = Pattern.compile("([a-zA-Z_:][\\w:]*)(\\{.*\\})? (\\S+)");
    private static final Pattern LABEL = Pattern.compile("(\\w+)=\"[^\"]*\"");

    /// @param labels but `node` and `le`
    record Family(String name, String type, String help, Set<String> labels) {}

    static Scrape of(URI uri) {
        return of(uri, Map.of());
    }

    static Scrape of(URI uri, Map<String, String> headers) {
        return parse(new String(text(uri, headers), UTF_8).lines().toList());
    }

    static byte[] text(URI uri) {
        return text(uri, Map.of());
    }

    private static byte[] text(URI uri, Map<String, String> headers) {
        HttpRequest.Builder request = HttpRequest.newBuilder(uri);
        headers.forEach(request::header);
        try (HttpClient http = HttpClient.newHttpClient()) {
            HttpResponse<byte[]> answer = http.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
            if (answer.statusCode() != 200) {
                throw new IllegalStateException(uri + " answered " + answer.statusCode());
            }
            return answer.body();
        } catch (IOException e) {
            throw new IllegalStateException(uri + " did not answer", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private static Scrape parse(List<String> lines) {
        Map<String, Double> series = new TreeMap<>();
        Map<String, String> help = new HashMap<>();
        Map<String, String> types = new HashMap<>();
        Map<String, Set<String>> labels = new HashMap<>();
        for (String line : lines) {
            String[] words = line.split(" ", 4);
            if (line.startsWith("# HELP ")) {
                help.put(words[2], words[3]);
            } else if (line.startsWith("# TYPE ")) {
                types.put(words[2], words[3]);
            } else {
                Matcher sample = SAMPLE.matcher(line);
                if (!sample.matches()) {
                    throw new IllegalStateException("no sample: " + line);
                }
                String found = sample.group(2) == null ? "" : sample.group(2);
                series.put(
                        sample.group(1) + found,
                        Double.parseDouble(sample.group(3).replace("Inf", "Infinity")));
                labels.computeIfAbsent(family(sample.group(1), types), name -> new TreeSet<>())
                        .addAll(LABEL.matcher(found)
                                .results()
                                .map(label -> label.group(1))
                                .toList());
            }
        }
        Map<String, Family> families = new TreeMap<>();
        types.forEach((name, type) -> {
            Set<String> own = new TreeSet<>(labels.getOrDefault(name, Set.of()));
            own.removeAll(Set.of("node", "le"));
            families.put(name, new Family(name, type, help.getOrDefault(name, ""), own));
        });
        return new Scrape(series, families);
    }

    private static String family(String sample, Map<String, String> types) {
        String base = sample.replaceFirst("_(bucket|sum|count)$", "");
        return types.getOrDefault(base, "").equals("histogram") ? base : sample;
    }

    /// Of all series of that name, whatever their labels.
    double sum(String name) {
        return series.entrySet().stream()
                .filter(entry -> entry.getKey().equals(name) || entry.getKey().startsWith(name + "{"))
                .mapToDouble(Map.Entry::getValue)
                .sum();
    }

    /// Names and labels of what the project itself exposes.
    Set<String> own() {
        return series.keySet().stream()
                .filter(name -> !name.startsWith("jvm_") && !name.startsWith("process_"))
                .collect(Collectors.toCollection(TreeSet::new));
    }
}
