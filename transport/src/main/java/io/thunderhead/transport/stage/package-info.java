/// What coordinator and attention workers say to each other: steps down, tokens and timings up; and the hidden rows
/// that go from one stage to the next.
@NullMarked
package io.thunderhead.transport.stage;

import org.jspecify.annotations.NullMarked;
