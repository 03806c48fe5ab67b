@NullMarked
package io.thunderhead.coordinator.http;

import org.jspecify.annotations.NullMarked;
