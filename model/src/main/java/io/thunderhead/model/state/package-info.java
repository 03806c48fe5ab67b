/// What a worker remembers of its sequences: lightning matrices of constant size, and pages of keys and values, taken
/// from one pool of fixed capacity.
@NullMarked
package io.thunderhead.model.state;

import org.jspecify.annotations.NullMarked;
