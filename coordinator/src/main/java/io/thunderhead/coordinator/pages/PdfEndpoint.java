package io.thunderhead.coordinator.pages;

import io.thunderhead.coordinator.openai.ApiCall;
import io.thunderhead.coordinator.openai.Endpoint;
import io.thunderhead.coordinator.openai.Json;
import io.thunderhead.core.error.ErrorCode;
import io.thunderhead.core.error.ServingException;
import java.time.Duration;
import java.util.concurrent.Semaphore;

/// `POST /chat/api/pdf`: the text of a PDF, which is the body. Few at a time, since a small file can be much work.
public final class PdfEndpoint implements Endpoint {
    private static final int AT_ONCE = 2;
    private static final Duration RETRY_AFTER = Duration.ofSeconds(2);

    private final Semaphore places = new Semaphore(AT_ONCE);

    @Override
    public void answer(ApiCall call) {
        if (!places.tryAcquire()) {
            throw ServingException.rejected(
                    ErrorCode.QUEUE_FULL, AT_ONCE + " documents are being read already", RETRY_AFTER);
        }
        PdfText read;
        try {
            read = PdfText.of(call.body());
        } finally {
            places.release();
        }
        call.reply(Json.write(json -> {
            json.writeStartObject();
            json.writeNumberProperty("pages", read.pages());
            json.writeStringProperty("text", read.text());
            json.writeEndObject();
        }));
    }
}
