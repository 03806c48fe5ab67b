/// The port between the API and whatever generates tokens: one generation is submitted, its tokens arrive at a sink.
@NullMarked
package io.thunderhead.coordinator.engine;

import org.jspecify.annotations.NullMarked;
