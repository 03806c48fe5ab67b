package io.thunderhead.tornado;

import io.thunderhead.core.config.Bytes;
import io.thunderhead.core.error.ErrorCode;
import io.thunderhead.core.error.ServingException;
import java.util.concurrent.atomic.AtomicLong;

/// The books of what a worker has on a device. TornadoVM's own limit holds for a whole process, and what a driver does
/// when memory ends differs, so nothing is allocated that does not fit here. Thread-safe.
final class DeviceMemory {
    private final String device;
    private final AtomicLong usedBytes = new AtomicLong();
    private volatile long limitBytes;

    DeviceMemory(String device, long limitBytes) {
        this.device = device;
        this.limitBytes = limitBytes;
    }

    long limitBytes() {
        return limitBytes;
    }

    void limitTo(long bytes) {
        limitBytes = bytes;
    }

    long usedBytes() {
        return usedBytes.get();
    }

    /// Throws DEVICE_OUT_OF_MEMORY, having taken nothing, if there is no room.
    void take(String what, long bytes) {
        long before = usedBytes.getAndAdd(bytes);
        if (before + bytes > limitBytes) {
            giveBack(bytes);
            throw full(what, bytes, before);
        }
    }

    /// Throws DEVICE_OUT_OF_MEMORY if there is no room now.
    void check(String what, long bytes) {
        long used = usedBytes.get();
        if (used + bytes > limitBytes) {
            throw full(what, bytes, used);
        }
    }

    private ServingException full(String what, long bytes, long used) {
        return new ServingException(
                ErrorCode.DEVICE_OUT_OF_MEMORY,
                device + ": " + what + " take " + new Bytes(bytes) + ", of " + new Bytes(limitBytes) + " "
                        + new Bytes(Math.max(0, limitBytes - used)) + " are free");
    }

    void giveBack(long bytes) {
        usedBytes.addAndGet(-bytes);
    }
}
