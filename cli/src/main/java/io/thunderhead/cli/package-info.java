/// The `thunderhead` command: one class a subcommand, from flags to typed configuration to what is started.
@NullMarked
package io.thunderhead.cli;

import org.jspecify.annotations.NullMarked;
