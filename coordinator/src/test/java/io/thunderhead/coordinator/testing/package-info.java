/// Fakes of the coordinator's neighbours for tests: an engine that says what it is told to, a tokenizer of bytes.
@NullMarked
package io.thunderhead.coordinator.testing;

import org.jspecify.annotations.NullMarked;
