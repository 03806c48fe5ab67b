package io.thunderhead.coordinator.api;

import java.util.List;
import java.util.Map;

/// How a model wants conversations written, and how it writes function calls. Thread-safe.
public interface ChatFormat {
    /// The prompt, ending where the assistant's answer begins.
    ///
    /// @param tools JSON objects in OpenAI's form (`{"type":"function","function":{...}}`) as maps that keep
    /// key order, lists, strings, numbers, booleans and null
    String render(List<ChatMessage> messages, List<Map<String, Object>> tools);

    /// Reads text that was decoded **with** special tokens, because one of them may announce a call; it leaves that
    /// announcement out of the text.
    FunctionCallReader functionCallReader();
}
