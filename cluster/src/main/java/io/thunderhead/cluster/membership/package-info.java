/// Who is there, what they hold, and the plan in force.
@NullMarked
package io.thunderhead.cluster.membership;

import org.jspecify.annotations.NullMarked;
