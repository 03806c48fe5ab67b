/// Experts: the feed-forward weights of some experts of some layers, and their sum over routed rows. No state.
@NullMarked
package io.thunderhead.model.experts;

import org.jspecify.annotations.NullMarked;
