/// Names of things that travel between nodes.
@NullMarked
package io.thunderhead.core.id;

import org.jspecify.annotations.NullMarked;
