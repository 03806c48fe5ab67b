package io.thunderhead.tornado;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// Small tables of a step, written one after the other on the host and copied to a device at once. An entry's address
/// there is known when it is begun.
final class StepTable {
    private static final int ALIGNMENT = 16;

    private final MemorySegment memory;
    private final long deviceAddress;
    private long at;

    StepTable(MemorySegment memory, long deviceAddress) {
        this.memory = memory;
        this.deviceAddress = deviceAddress;
    }

    void clear() {
        at = 0;
    }

    /// Where what is put next lies on the device.
    long begin() {
        at = Math.ceilDiv(at, ALIGNMENT) * ALIGNMENT;
        return deviceAddress + at;
    }

    void put(int... values) {
        for (int value : values) {
            memory.set(ValueLayout.JAVA_INT, at, value);
            at += Integer.BYTES;
        }
    }

    void put(float[] values) {
        MemorySegment.copy(values, 0, memory, ValueLayout.JAVA_FLOAT, at, values.length);
        at += (long) values.length * Float.BYTES;
    }

    long bytes() {
        return at;
    }
}
