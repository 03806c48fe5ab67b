package io.thunderhead.cli.eval;

/// Questions asked and answered exactly.
record Count(int asked, int exact) {
    static final Count NONE = new Count(0, 0);

    Count plus(boolean isExact) {
        return new Count(asked + 1, exact + (isExact ? 1 : 0));
    }

    Count plus(Count other) {
        return new Count(asked + other.asked, exact + other.exact);
    }

    /// From 0 to 1; NaN if nothing was asked.
    double share() {
        return asked == 0 ? Double.NaN : (double) exact / asked;
    }
}
