/// The corpus as streams for programs that train and score.
@NullMarked
package io.thunderhead.corpus.stream;

import org.jspecify.annotations.NullMarked;
