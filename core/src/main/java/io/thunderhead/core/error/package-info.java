/// The one exception type of the cluster and its codes: what went wrong, of which family, and how each protocol says
/// so.
@NullMarked
package io.thunderhead.core.error;

import org.jspecify.annotations.NullMarked;
