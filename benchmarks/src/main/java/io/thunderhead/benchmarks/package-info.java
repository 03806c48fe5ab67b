/// JMH benchmarks, run by hand: see benchmarks/README.md.
@NullMarked
package io.thunderhead.benchmarks;

import org.jspecify.annotations.NullMarked;
