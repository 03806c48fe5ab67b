@NullMarked
package io.thunderhead.coordinator.api;

import org.jspecify.annotations.NullMarked;
