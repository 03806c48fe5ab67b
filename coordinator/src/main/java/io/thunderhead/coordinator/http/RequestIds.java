package io.thunderhead.coordinator.http;

import java.util.UUID;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// The id by which client, logs and answer know a request: the client's own if it is short and harmless in a header.
final class RequestIds {
    static final String HEADER = "x-request-id";
    private static final Pattern SANE = Pattern.compile("[A-Za-z0-9._:-]{1,128}");

    private RequestIds() {}

    static String of(@Nullable String fromClient) {
        return fromClient != null && SANE.matcher(fromClient).matches()
                ? fromClient
                : UUID.randomUUID().toString().replace("-", "");
    }
}
