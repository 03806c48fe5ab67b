/// From logits to a token: penalties, filters, seeded choice, log-probabilities.
@NullMarked
package io.thunderhead.model.sampling;

import org.jspecify.annotations.NullMarked;
