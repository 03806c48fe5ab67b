/// Typed configuration: records whose components declare default, range and meaning.
@NullMarked
package io.thunderhead.core.config;

import org.jspecify.annotations.NullMarked;
