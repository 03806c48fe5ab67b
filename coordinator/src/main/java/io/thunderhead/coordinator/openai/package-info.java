/// OpenAI's HTTP API without HTTP: request bodies are read strictly into a
/// [io.thunderhead.coordinator.api.CompletionSpec], its events are written as one JSON answer or as server-sent events.
/// Every parameter is honoured or refused by name.
@NullMarked
package io.thunderhead.coordinator.openai;

import org.jspecify.annotations.NullMarked;
