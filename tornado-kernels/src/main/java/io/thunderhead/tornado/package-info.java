/// The GPU twin of the model's kernels: what of a stage or a bank of experts lives on a device, compiled by TornadoVM
/// from the static methods in [io.thunderhead.tornado.kernels] or, for CUDA, written in CUDA C
/// ([io.thunderhead.tornado.cuda]).
///
/// A worker finds its device through [TornadoDeviceProvider]. A step comes in at [DeviceStage] layer by layer, at
/// [JoinedStage] for whole layers, rows for experts at [DeviceExpertStore], and the last rows at [DeviceHead].
@NullMarked
package io.thunderhead.tornado;

import org.jspecify.annotations.NullMarked;
