/// Documents and conversations with known answers, made from a seed: what the demo model is trained on, asked and
/// judged by.
@NullMarked
package io.thunderhead.corpus;

import org.jspecify.annotations.NullMarked;
