package io.thunderhead.model.device;

import java.util.List;

/// Opens devices; found by ServiceLoader, so that a build without kernels for devices needs nothing of them.
public interface DeviceProvider {
    /// Numbers of the devices that are GPUs, to be chosen from unasked. Throws CONFIG_INVALID, with one sentence that
    /// says what is missing, if none can be looked for.
    List<Integer> gpus();

    /// The device of this number, from 0, after every kernel has computed the same on it as on the CPU. Throws
    /// CONFIG_INVALID, with one sentence that says what is missing, if there is none or it computes something else.
    ComputeDevice open(int number);
}
