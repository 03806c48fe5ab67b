/// Finding a checkpoint on disk, and unpacking the small one that is shipped.
@NullMarked
package io.thunderhead.cli.checkpoint;

import org.jspecify.annotations.NullMarked;
