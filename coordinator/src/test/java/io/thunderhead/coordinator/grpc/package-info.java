/// Tests of the public gRPC API.
@NullMarked
package io.thunderhead.coordinator.grpc;

import org.jspecify.annotations.NullMarked;
