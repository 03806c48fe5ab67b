package io.thunderhead.cli.eval;

/// What is evaluated, and how.
record EvalSetup(String version, String model, String url, long seed, boolean generates, int depths) {}
