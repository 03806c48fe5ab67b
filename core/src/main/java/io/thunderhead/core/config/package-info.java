/// Typed configuration: records whose components declare default, range and meaning, bound from a file, the
/// environment and flags. A [ConfigSchema] names all sections; binding it reports every problem at once.
@NullMarked
package io.thunderhead.core.config;

import org.jspecify.annotations.NullMarked;
