/// Deadlines: every wait in the cluster has one.
@NullMarked
package io.thunderhead.core.time;

import org.jspecify.annotations.NullMarked;
