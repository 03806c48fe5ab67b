/// A server's HTTP API, as the commands that measure and judge it use it.
@NullMarked
package io.thunderhead.cli.api;

import org.jspecify.annotations.NullMarked;
