/// An attention worker: holds a range of layers without their experts, keeps the sequences' state, drives the layer
/// loop. A request enters at [StageEngine] and leaves as a sampled token or as hidden rows for the next stage.
@NullMarked
package io.thunderhead.attention;

import org.jspecify.annotations.NullMarked;
