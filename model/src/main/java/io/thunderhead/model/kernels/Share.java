package io.thunderhead.model.kernels;

/// Things `[first, end)` of a row of things that is shared out in nearly equal parts.
record Share(int first, int end) {
    static Share of(int count, int parts, int part) {
        return new Share(start(count, parts, part), start(count, parts, part + 1));
    }

    int count() {
        return end - first;
    }

    private static int start(int count, int parts, int part) {
        return (int) ((long) count * part / parts);
    }
}
