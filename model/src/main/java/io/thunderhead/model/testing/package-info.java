/// Golden models and numbers for the tests of this and other modules; production code does not import it.
@NullMarked
package io.thunderhead.model.testing;

import org.jspecify.annotations.NullMarked;
