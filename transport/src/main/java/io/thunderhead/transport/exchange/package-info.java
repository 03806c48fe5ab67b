/// The expert exchange: rows go from an attention worker to the holders of experts and come back weighted and added.
/// One port, several wires: gRPC streams with Arrow batches, or by reference inside one process.
@NullMarked
package io.thunderhead.transport.exchange;

import org.jspecify.annotations.NullMarked;
