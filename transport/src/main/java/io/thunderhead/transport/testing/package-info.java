/// Fakes for tests of any module; never used by production code.
@NullMarked
package io.thunderhead.transport.testing;

import org.jspecify.annotations.NullMarked;
