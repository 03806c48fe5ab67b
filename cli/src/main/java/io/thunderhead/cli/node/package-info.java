/// The commands that run nodes: one role in this process, or a whole cluster on this machine.
@NullMarked
package io.thunderhead.cli.node;

import org.jspecify.annotations.NullMarked;
