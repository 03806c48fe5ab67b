/// Lines between nodes that live in one process: by reference, with the limits, deadlines and losses of a real wire.
@NullMarked
package io.thunderhead.transport.inprocess;

import org.jspecify.annotations.NullMarked;
