package io.thunderhead.coordinator.http;

import io.thunderhead.coordinator.pages.PageFile;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;

/// A page's file, with headers that let the browser run nothing but what comes from here, and show it in no frame.
final class PageReply {
    private static final String POLICY =
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:;"
                    + " connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

    private PageReply() {}

    @SuppressWarnings("FutureReturnValueIgnored") // the client may go away; then nobody reads the answer
    static void send(HttpServerRequest request, PageFile page) {
        request.response()
                .putHeader("content-type", page.contentType())
                .putHeader("content-security-policy", POLICY)
                .putHeader("x-content-type-options", "nosniff")
                .putHeader("referrer-policy", "no-referrer")
                .putHeader("cache-control", "no-cache")
                .end(Buffer.buffer(page.bytes()));
    }
}
