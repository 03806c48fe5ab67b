@NullMarked
package io.thunderhead.coordinator.pages;

import org.jspecify.annotations.NullMarked;
