package io.thunderhead.model.device;

import io.thunderhead.core.config.Bytes;
import io.thunderhead.core.error.ErrorCode;
import io.thunderhead.core.error.ServingException;
import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The device that a worker computes on, or why on the CPU.
///
/// @param device empty for the CPU
/// @param reason one line for the log
public record DeviceSelection(Optional<ComputeDevice> device, String reason) {
    private static final Pattern GPU = Pattern.compile("gpu(?::(\\d{1,3}))?");
    private static final String NO_PROVIDER = "this build has no kernels for GPUs (README.md, Kernels for GPUs)";

    /// As [#choose(String, DeviceShare, List)], with the providers on the class path.
    public static DeviceSelection choose(String wanted, DeviceShare share) {
        List<DeviceProvider> providers = ServiceLoader.load(DeviceProvider.class).stream()
                .map(ServiceLoader.Provider::get)
                .toList();
        return choose(wanted, share, providers);
    }

    /// @param wanted `auto`: the first GPU, or the CPU if that cannot be used; `cpu`; `gpu` or `gpu:N`: this one.
    ///   Throws CONFIG_INVALID, in a sentence, if it cannot be used, or the text is another
    static DeviceSelection choose(String wanted, DeviceShare share, List<DeviceProvider> providers) {
        Matcher gpu = GPU.matcher(wanted);
        if (gpu.matches()) {
            int number = gpu.group(1) == null ? 0 : Integer.parseInt(gpu.group(1));
            return named(wanted, number, share, providers);
        }
        return switch (wanted) {
            case "cpu" -> new DeviceSelection(Optional.empty(), "device: cpu, as configured");
            case "auto" -> automatic(share, providers);
            default ->
                throw new ServingException(
                        ErrorCode.CONFIG_INVALID,
                        "node.device: expected auto, cpu, gpu or gpu:N, got '" + wanted + "'");
        };
    }

    private static DeviceSelection named(String wanted, int number, DeviceShare share, List<DeviceProvider> providers) {
        try {
            return opened(number, share, providers);
        } catch (ServingException e) {
            throw new ServingException(
                    ErrorCode.CONFIG_INVALID, "node.device: " + wanted + " cannot be used: " + e.getMessage(), e);
        }
    }

    private static DeviceSelection automatic(DeviceShare share, List<DeviceProvider> providers) {
        try {
            List<Integer> gpus = providerOf(providers).gpus();
            return gpus.isEmpty()
                    ? new DeviceSelection(Optional.empty(), "device: cpu: there is no GPU")
                    : opened(gpus.getFirst(), share, providers);
        } catch (ServingException e) {
            return new DeviceSelection(Optional.empty(), "device: cpu: " + e.getMessage());
        }
    }

    private static DeviceSelection opened(int number, DeviceShare share, List<DeviceProvider> providers) {
        ComputeDevice device = providerOf(providers).open(number);
        long limit = share.of(device.memoryBytes());
        if (limit > device.memoryBytes()) {
            throw new ServingException(
                    ErrorCode.CONFIG_INVALID,
                    device.name() + " has " + new Bytes(device.memoryBytes()) + " of memory, node.memory asks for "
                            + new Bytes(limit));
        }
        device.limitTo(limit);
        return new DeviceSelection(
                Optional.of(device), "device: " + device.name() + ", " + new Bytes(limit) + " of its memory");
    }

    private static DeviceProvider providerOf(List<DeviceProvider> providers) {
        if (providers.isEmpty()) {
            throw new ServingException(ErrorCode.CONFIG_INVALID, NO_PROVIDER);
        }
        return providers.getFirst();
    }
}
