/// A coordinator's life: everything that clients know, put together.
@NullMarked
package io.thunderhead.coordinator;

import org.jspecify.annotations.NullMarked;
