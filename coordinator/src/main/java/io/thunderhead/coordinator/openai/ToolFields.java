package io.thunderhead.coordinator.openai;

import io.thunderhead.core.error.ServingException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/// Reads `tools` and `tool_choice`. The model decides freely whether to call: choices that would force it are refused.
final class ToolFields {
    private static final int TOOLS_MAX = 128;

    private ToolFields() {}

    /// The tools to show to the model: none of them if `tool_choice` is `none`.
    static List<Map<String, Object>> read(Fields request) {
        List<Map<String, Object>> tools = new ArrayList<>();
        request.objects("tools").forEach(tool -> tools.add(tool(tool)));
        if (tools.size() > TOOLS_MAX) {
            throw ServingException.invalid("tools", "tools: expected at most " + TOOLS_MAX + ", got " + tools.size());
        }
        request.acceptOnly("parallel_tool_calls", "true");
        return mayCall(request) ? tools : List.of();
    }

    private static boolean mayCall(Fields request) {
        JsonNode choice = request.value("tool_choice").orElse(null);
        if (choice == null) {
            return true;
        }
        if (choice.isString() && Set.of("auto", "none").contains(choice.stringValue())) {
            return choice.stringValue().equals("auto");
        }
        throw request.unsupported("tool_choice", "only \"auto\" and \"none\" are supported");
    }

    private static Map<String, Object> tool(Fields tool) {
        tool.acceptOnly("type", "\"function\"");
        Fields function = tool.object("function")
                .orElseThrow(
                        () -> ServingException.invalid(tool.path("function"), tool.path("function") + " is required"));
        function.requiredString("name");
        function.acceptOnly("strict", "false");
        function.refuseUnknown(Set.of("description", "parameters"));
        tool.refuseUnknown(Set.of());
        @SuppressWarnings("unchecked") // a JSON object becomes a map with its keys
        Map<String, Object> plain = (Map<String, Object>) Json.toPlain(tool.node());
        return plain;
    }
}
