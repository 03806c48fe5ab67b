/// What nodes count and measure: every family of metrics with its help text, the instruments that record without
/// allocating, and the endpoint from which Prometheus reads. The only user of Prometheus' client library.
@NullMarked
package io.thunderhead.metrics;

import org.jspecify.annotations.NullMarked;
