package io.thunderhead.cli.node;

import java.util.List;

/// Which device each worker of this machine computes on, in turn, when a whole cluster is started here.
///
/// @param devices as in `node.device`
record DeviceDeal(List<String> devices, int workerCount) {
    private static final int USABLE_PERCENT = 90;

    /// @param worker its number among all of them, from 0
    String of(int worker) {
        return devices.get(worker % devices.size());
    }

    /// Of a device's memory, for each of the workers that share it.
    int sharePercent() {
        return Math.max(1, USABLE_PERCENT / Math.max(1, Math.ceilDiv(workerCount, devices.size())));
    }
}
