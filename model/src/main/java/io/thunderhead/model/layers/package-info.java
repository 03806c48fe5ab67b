/// The decoder: embedding, layers of attention and routing, head. Experts are elsewhere: a layer hands their input out
/// and takes their sum back.
@NullMarked
package io.thunderhead.model.layers;

import org.jspecify.annotations.NullMarked;
