package io.thunderhead.coordinator.openai;

import java.util.UUID;

/// Ids by which clients answer function calls.
final class ToolCallId {
    private ToolCallId() {}

    static String next() {
        return "call_" + UUID.randomUUID().toString().replace("-", "").substring(0, 24);
    }
}
