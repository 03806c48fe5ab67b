/// Lines between nodes. The only user of Apache Arrow, and of gRPC between nodes.
@NullMarked
package io.thunderhead.transport;

import org.jspecify.annotations.NullMarked;
