package io.thunderhead.cli.node;

import io.thunderhead.cli.settings.NodeSettings;
import io.thunderhead.core.config.Bytes;
import io.thunderhead.core.config.Config;
import io.thunderhead.model.config.ModelConfig;
import io.thunderhead.model.device.ComputeDevice;
import io.thunderhead.model.device.DeviceSelection;
import io.thunderhead.model.device.DeviceShare;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What a node computes with: a share of a device, or of this machine.
///
/// @param hostMemory for weights, states and pages if there is no device
record Compute(Optional<ComputeDevice> device, Bytes hostMemory) {
    private static final Logger log = LoggerFactory.getLogger(Compute.class);

    /// @param wanted as in `node.device`. Throws CONFIG_INVALID if that cannot be had
    /// @param sharePercent of the device's memory
    /// @param hostSharers nodes that share this machine's memory
    static Compute of(Config config, String wanted, int sharePercent, int hostSharers) {
        Optional<Bytes> memory = config.get(NodeSettings.class).memory();
        DeviceSelection selection = DeviceSelection.choose(wanted, new DeviceShare(memory, sharePercent));
        log.info("{}", selection.reason());
        return new Compute(selection.device(), onCpu(config, hostSharers).hostMemory());
    }

    static Compute onCpu(Config config, int hostSharers) {
        Bytes memory = config.get(NodeSettings.class).memory().orElseGet(() -> HostMemory.share(hostSharers));
        return new Compute(Optional.empty(), memory);
    }

    /// What a plan may count on.
    Bytes memoryFor(ModelConfig config) {
        return device.map(found -> new Bytes(found.roomBytes(config))).orElse(hostMemory);
    }

    /// As other nodes are told.
    String name() {
        return device.map(ComputeDevice::name).orElse("cpu");
    }
}
