package io.thunderhead.model.device;

import io.thunderhead.core.config.Bytes;
import java.util.Optional;

/// What a worker asks of a device's memory.
///
/// @param memory so much; empty for `percent` of what the device has
public record DeviceShare(Optional<Bytes> memory, int percent) {
    long of(long deviceBytes) {
        return memory.map(Bytes::value).orElse(deviceBytes / 100 * percent);
    }
}
