package io.thunderhead.cluster.placement;

import io.thunderhead.cluster.membership.NodeRole;
import io.thunderhead.core.config.Bytes;
import java.util.List;
import java.util.stream.Collectors;

/// Whether a model fits on the workers, and how, or what is missing.
public sealed interface PlacementResult {
    record Placed(Plan plan) implements PlacementResult {}

    record Refused(List<Shortage> shortages) implements PlacementResult {
        public Refused {
            shortages = List.copyOf(shortages);
        }

        public String text() {
            return shortages.stream().map(Shortage::text).collect(Collectors.joining("; "));
        }
    }

    /// Why one role's workers cannot hold their part.
    ///
    /// @param neededBytes of that role's part with the room asked for
    /// @param availableBytes of all its workers; may exceed what is needed when no cut into whole parts fits
    /// @param detail what is needed for what, and what would fit
    record Shortage(NodeRole role, int workers, long neededBytes, long availableBytes, String detail) {
        public long missingBytes() {
            return Math.max(0, neededBytes - availableBytes);
        }

        public String text() {
            String balance = missingBytes() > 0
                    ? "short by " + new Bytes(missingBytes())
                    : "enough in sum, but no division into whole layers or experts fits";
            return "%d %ss: need %s, have %s: %s (%s)"
                    .formatted(workers, role, new Bytes(neededBytes), new Bytes(availableBytes), balance, detail);
        }
    }
}
