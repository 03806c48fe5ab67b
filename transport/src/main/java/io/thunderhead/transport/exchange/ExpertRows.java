package io.thunderhead.transport.exchange;

import io.thunderhead.model.experts.RoutedRows;
import java.lang.foreign.MemorySegment;

/// Rows of one layer on their way to one expert worker, seen by either side of the wire.
///
/// Valid until the exchange is over: on the sending side until the combine was read or has failed, on the receiving
/// side until the reply was sent.
public interface ExpertRows extends RoutedRows {
    long planEpoch();

    int layerIndex();

    /// float32 rows; over a wire exactly `rowCount` rows, inside one process the sender's whole activation buffer.
    @Override
    MemorySegment hidden();
}
