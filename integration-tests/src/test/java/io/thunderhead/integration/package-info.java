/// Whole clusters under test: every node real, over loopback sockets or inside one process.
@NullMarked
package io.thunderhead.integration;

import org.jspecify.annotations.NullMarked;
