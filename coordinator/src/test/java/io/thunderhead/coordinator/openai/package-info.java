@NullMarked
package io.thunderhead.coordinator.openai;

import org.jspecify.annotations.NullMarked;
