package io.thunderhead.tornado;

import uk.ac.manchester.tornado.api.common.TornadoDevice;
import uk.ac.manchester.tornado.api.enums.TornadoVMBackendType;

/// Where plans run, and the books of the worker that they run for.
record Target(TornadoDevice device, DeviceMemory memory) {
    /// Whether kernels in CUDA C run there.
    boolean cuda() {
        return device.getTornadoVMBackend() == TornadoVMBackendType.CUDA;
    }
}
