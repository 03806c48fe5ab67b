/// What a node tells Kubernetes about itself. Nodes find each other by DNS, so nothing else of the product needs the
/// API server.
@NullMarked
package io.thunderhead.cluster.kubernetes;

import org.jspecify.annotations.NullMarked;
