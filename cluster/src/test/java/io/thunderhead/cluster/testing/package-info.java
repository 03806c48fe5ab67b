/// Models and nodes for the tests of this module.
@NullMarked
package io.thunderhead.cluster.testing;

import org.jspecify.annotations.NullMarked;
