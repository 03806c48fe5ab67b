/// Traces of sampled requests, under OpenTelemetry's names for generative models: what a request waited for and where
/// its time went. The only user of OpenTelemetry; off unless a collector is configured.
@NullMarked
package io.thunderhead.coordinator.trace;

import org.jspecify.annotations.NullMarked;
