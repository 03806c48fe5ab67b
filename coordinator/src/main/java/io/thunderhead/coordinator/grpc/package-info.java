/// The public gRPC API, as proto/thunderhead/v1 documents it: generation, tokens and the cluster's status, with health
/// checks, reflection and API keys. Start at [io.thunderhead.coordinator.grpc.GrpcApiServer].
@NullMarked
package io.thunderhead.coordinator.grpc;

import org.jspecify.annotations.NullMarked;
