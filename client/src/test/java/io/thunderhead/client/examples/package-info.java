/// Programs to start from; client/README.md shows how to run them.
@NullMarked
package io.thunderhead.client.examples;

import org.jspecify.annotations.NullMarked;
