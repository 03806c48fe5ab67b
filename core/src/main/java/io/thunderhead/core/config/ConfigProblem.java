package io.thunderhead.core.config;

/// One thing that is wrong with a configuration.
record ConfigProblem(String key, String origin, String complaint) {
    @Override
    public String toString() {
        return origin.isEmpty() ? key + ": " + complaint : key + " (" + origin + "): " + complaint;
    }
}
