/// What the dashboard asks for: the cluster, the requests in flight, and the actions, each of which leaves a line in
/// the log.
@NullMarked
package io.thunderhead.coordinator.admin;

import org.jspecify.annotations.NullMarked;
