/// What every public API does the same way, whatever its protocol: find the model, turn text into tokens, generate one
/// or several choices on the engine, turn tokens back into text up to a stop string, count usage.
@NullMarked
package io.thunderhead.coordinator.api;

import org.jspecify.annotations.NullMarked;
