/// Which worker holds which layers and experts: pure functions from a model and workers to a plan.
@NullMarked
package io.thunderhead.cluster.placement;

import org.jspecify.annotations.NullMarked;
