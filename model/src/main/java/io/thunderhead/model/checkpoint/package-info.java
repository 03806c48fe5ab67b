/// Checkpoints on disk: safetensors files, single or sharded, mapped and checked before use.
@NullMarked
package io.thunderhead.model.checkpoint;

import org.jspecify.annotations.NullMarked;
