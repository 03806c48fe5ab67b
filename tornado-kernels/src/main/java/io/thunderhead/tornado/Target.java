package io.thunderhead.tornado;

import uk.ac.manchester.tornado.api.common.TornadoDevice;

/// Where plans run, and the books of the worker that they run for.
record Target(TornadoDevice device, DeviceMemory memory) {}
