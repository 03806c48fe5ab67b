/// Words, frames and invented names: what sentences are made of, chosen by seeded dice.
@NullMarked
package io.thunderhead.corpus.words;

import org.jspecify.annotations.NullMarked;
