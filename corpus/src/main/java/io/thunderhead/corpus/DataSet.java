package io.thunderhead.corpus;

/// @param unit what is counted, such as `images`
public record DataSet(String name, String size, String unit) {}
