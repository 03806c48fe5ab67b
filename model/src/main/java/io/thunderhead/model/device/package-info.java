/// What a worker computes with: the kernels of its CPU, and perhaps a device that takes whole layers and experts.
@NullMarked
package io.thunderhead.model.device;

import org.jspecify.annotations.NullMarked;
