package io.thunderhead.model.state;

import java.lang.foreign.MemorySegment;

/// The slots and pages of a stage that lie on a device, by number from 0. The layout of what goes in and out is that of
/// [StateLayout]. Owner: the engine thread.
public interface DeviceStates {
    /// @param to all lightning states of one slot
    void readSlot(int slot, MemorySegment to);

    void writeSlot(int slot, MemorySegment from);

    /// @param to one page of all softmax layers
    void readPage(int page, MemorySegment to);

    void writePage(int page, MemorySegment from);
}
