/// A cluster of processes on one machine: child JVMs are started, watched, shown, and stopped in order.
@NullMarked
package io.thunderhead.cli.local;

import org.jspecify.annotations.NullMarked;
