/// What tests of several modules share; no production code uses it.
@NullMarked
package io.thunderhead.core.testing;

import org.jspecify.annotations.NullMarked;
