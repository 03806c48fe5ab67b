/// Tests of the chart in helm/thunderhead: what it renders, whether that is what Kubernetes and the nodes take, and
/// whether it runs.
@NullMarked
package io.thunderhead.helm;

import org.jspecify.annotations.NullMarked;
