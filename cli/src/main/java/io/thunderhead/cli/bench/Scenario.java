package io.thunderhead.cli.bench;

import io.thunderhead.core.error.ErrorCode;
import io.thunderhead.core.error.ServingException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/// What a benchmark can do to a server.
enum Scenario {
    /// One prompt at a time.
    PREFILL,
    /// Some requests at once.
    DECODE,
    /// Requests that come at random.
    LOAD,
    /// One long prompt beside running streams.
    LONG_PROMPT;

    /// Throws INVALID_REQUEST.
    static Scenario of(String name) {
        return Arrays.stream(values())
                .filter(scenario -> scenario.toString().equals(name))
                .findFirst()
                .orElseThrow(() -> new ServingException(
                        ErrorCode.INVALID_REQUEST,
                        "--scenario: expected some of " + List.of(values()) + ", got '" + name + "'"));
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
