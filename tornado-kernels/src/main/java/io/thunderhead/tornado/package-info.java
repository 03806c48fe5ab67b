/// The GPU twin of the model's kernels: what of a stage or a bank of experts lives on a device, compiled by TornadoVM
/// from the static methods in [io.thunderhead.tornado.kernels].
@NullMarked
package io.thunderhead.tornado;

import org.jspecify.annotations.NullMarked;
