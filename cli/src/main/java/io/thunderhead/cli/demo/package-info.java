/// The demonstration: documents with known answers (or the user's own), asked in the terminal over the public API.
@NullMarked
package io.thunderhead.cli.demo;

import org.jspecify.annotations.NullMarked;
