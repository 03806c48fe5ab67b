/// Lines between nodes over gRPC: connections that are opened once, carry one long stream each and come back after a
/// loss; control as protobuf, rows as Arrow record batches; and how errors cross gRPC.
@NullMarked
package io.thunderhead.transport.grpc;

import org.jspecify.annotations.NullMarked;
