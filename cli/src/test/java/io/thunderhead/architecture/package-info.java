/// The direction of dependencies between modules, and the one home of every third-party system.
@NullMarked
package io.thunderhead.architecture;

import org.jspecify.annotations.NullMarked;
