package io.thunderhead.metrics;

/// Takes the values of a family while it is being scraped.
@FunctionalInterface
public interface Readings {
    /// @param labels values of the family's labels, in their order
    void value(double value, String... labels);
}
