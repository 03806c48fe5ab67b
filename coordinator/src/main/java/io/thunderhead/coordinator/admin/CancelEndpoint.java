package io.thunderhead.coordinator.admin;

import io.thunderhead.coordinator.openai.ApiCall;
import io.thunderhead.coordinator.openai.Endpoint;
import io.thunderhead.coordinator.openai.Fields;
import io.thunderhead.coordinator.openai.Json;
import io.thunderhead.core.error.ErrorCode;
import io.thunderhead.core.error.ServingException;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// `POST /admin/api/cancel`: ends a request that is in flight. Throws NOT_FOUND where there is none of that name.
public record CancelEndpoint(AdminView view) implements Endpoint {
    private static final Logger log = LoggerFactory.getLogger(CancelEndpoint.class);

    @Override
    public void answer(ApiCall call) {
        Fields fields = Json.readObject(call.body());
        String requestId = fields.requiredString("request_id");
        fields.refuseUnknown(Set.of());
        if (!view.cancel(requestId)) {
            throw new ServingException(ErrorCode.NOT_FOUND, "no request '" + requestId + "' is in flight");
        }
        log.info("audit: {} cancelled request {}", call.client(), requestId);
        call.reply(Json.write(json -> {
            json.writeStartObject();
            json.writeStringProperty("cancelled", requestId);
            json.writeEndObject();
        }));
    }
}
