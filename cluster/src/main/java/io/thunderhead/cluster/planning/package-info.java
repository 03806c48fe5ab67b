/// When to plan, and whether the plan in force is served: decisions from snapshots of the cluster, without I/O.
@NullMarked
package io.thunderhead.cluster.planning;

import org.jspecify.annotations.NullMarked;
