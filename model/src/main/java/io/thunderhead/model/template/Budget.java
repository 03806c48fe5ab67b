package io.thunderhead.model.template;

/// What one rendering may cost; a template that loops or grows without end is stopped. Not thread-safe.
final class Budget {
    private static final int STEPS_MAX = 20_000_000;
    /// Longest text or list that may arise: four million tokens' worth of characters.
    static final int LENGTH_MAX = 1 << 25;

    private static final int CALL_DEPTH_MAX = 64;

    private int steps;
    private int callDepth;

    void step(int line) {
        if (++steps > STEPS_MAX) {
            throw TemplateException.at(line, "more than " + STEPS_MAX + " steps");
        }
    }

    void enterCall(int line) {
        if (++callDepth > CALL_DEPTH_MAX) {
            throw TemplateException.at(line, "calls nested deeper than " + CALL_DEPTH_MAX);
        }
    }

    void leaveCall() {
        callDepth--;
    }

    static void checkLength(long length, int line) {
        if (length > LENGTH_MAX) {
            throw TemplateException.at(line, "text or list longer than " + LENGTH_MAX);
        }
    }
}
