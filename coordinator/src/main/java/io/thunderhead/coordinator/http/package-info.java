/// The HTTP server: connections, limits, keys and deadlines; the requests themselves are answered by the endpoints of
/// [io.thunderhead.coordinator.openai], each on a virtual thread.
@NullMarked
package io.thunderhead.coordinator.http;

import org.jspecify.annotations.NullMarked;
