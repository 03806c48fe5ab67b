/// What a command shows a person while it works.
@NullMarked
package io.thunderhead.cli.terminal;

import org.jspecify.annotations.NullMarked;
