/// `thunderhead synth`: checkpoints of random weights in any shape, to measure with.
@NullMarked
package io.thunderhead.cli.synth;

import org.jspecify.annotations.NullMarked;
