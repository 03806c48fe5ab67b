/// A first honest benchmark: prompts of random token ids against a running server, over its public API.
@NullMarked
package io.thunderhead.cli.bench;

import org.jspecify.annotations.NullMarked;
