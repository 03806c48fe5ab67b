package io.thunderhead.coordinator.api;

import java.util.List;

/// Finds the stop string that is complete first, whatever the pieces in which the text comes, and holds back text that
/// could begin one. Not thread-safe.
final class StopStrings {
    private final List<String> stops;
    private final StringBuilder held = new StringBuilder();
    private boolean matched;

    StopStrings(List<String> stops) {
        this.stops = stops;
    }

    /// The text that is certain now: up to the stop string, if one is complete.
    String append(String text) {
        if (matched) {
            return "";
        }
        held.append(text);
        int start = firstMatchStart();
        if (start >= 0) {
            matched = true;
            held.setLength(start);
            return finish();
        }
        int certain = held.length() - undecided(held, stops);
        String released = held.substring(0, certain);
        held.delete(0, certain);
        return released;
    }

    /// What was held back, at the end of the text.
    String finish() {
        String rest = held.toString();
        held.setLength(0);
        return rest;
    }

    boolean matched() {
        return matched;
    }

    /// Of the matches, the one that ends first; of those, the longest.
    private int firstMatchStart() {
        int bestStart = -1;
        int bestEnd = Integer.MAX_VALUE;
        for (String stop : stops) {
            int start = held.indexOf(stop);
            int end = start + stop.length();
            if (start >= 0 && (end < bestEnd || (end == bestEnd && start < bestStart))) {
                bestStart = start;
                bestEnd = end;
            }
        }
        return bestStart;
    }

    /// Length of the longest end of `text` that begins, but does not complete, one of these.
    static int undecided(StringBuilder text, List<String> wholes) {
        int longest = 0;
        for (String whole : wholes) {
            for (int length = Math.min(whole.length() - 1, text.length()); length > longest; length--) {
                if (whole.startsWith(text.substring(text.length() - length))) {
                    longest = length;
                }
            }
        }
        return longest;
    }
}
