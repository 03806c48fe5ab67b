package io.thunderhead.tornado.cuda;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import uk.ac.manchester.tornado.api.common.TornadoDevice;
import uk.ac.manchester.tornado.runtime.library.spi.TornadoNativeStreamSupport;

/// Host memory that a device reads and writes in place. TornadoVM pins too, but takes all its pins back when any plan
/// of the process ends, under the recorded graphs of the others; it leaves alone what is pinned already.
public final class PinnedMemory implements AutoCloseable {
    /// Smaller ones are copied by the driver as fast.
    private static final long BYTES_MIN = 16 << 10;

    private final Cuda cuda = new Cuda();
    private final long context;
    private final List<MemorySegment> pinned = new ArrayList<>();

    /// @param planId of a plan on the device
    public PinnedMemory(TornadoDevice device, long planId, List<MemorySegment> memory) {
        this.context = ((TornadoNativeStreamSupport) device).getNativeContext(planId);
        cuda.use(context);
        for (MemorySegment segment : memory) {
            if (segment.byteSize() >= BYTES_MIN && cuda.pin(segment)) {
                pinned.add(segment);
            }
        }
    }

    /// The memory must not have been freed before.
    @Override
    public void close() {
        cuda.use(context);
        pinned.forEach(cuda::unpin);
        pinned.clear();
    }
}
