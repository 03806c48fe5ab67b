/// Java client of a Thunderhead cluster, over gRPC: answers whole, streamed, as a future or as a publisher.
/// Start at [io.thunderhead.client.ThunderheadClient].
@NullMarked
package io.thunderhead.client;

import org.jspecify.annotations.NullMarked;
