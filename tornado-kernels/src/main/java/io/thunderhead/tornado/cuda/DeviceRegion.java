package io.thunderhead.tornado.cuda;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import uk.ac.manchester.tornado.api.common.TornadoDevice;

/// Memory of a device that kernels in CUDA C find by its address: an array of TornadoVM ends at 2^31 elements. Zeros at
/// first. Whoever uses it takes care that no graph is recorded meanwhile.
public final class DeviceRegion implements AutoCloseable {
    private final Cuda cuda = new Cuda();
    private final long context;
    private final long address;

    /// Throws DEVICE_OUT_OF_MEMORY if the device has not so much left.
    public DeviceRegion(TornadoDevice device, long bytes) {
        this.context = Cuda.contextOf(device);
        cuda.use(context);
        this.address = cuda.allocate(bytes);
    }

    public long address() {
        return address;
    }

    public void read(long offsetBytes, float[] to) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment host = arena.allocate(ValueLayout.JAVA_FLOAT, to.length);
            cuda.use(context);
            cuda.copyToHost(address + offsetBytes, host);
            MemorySegment.copy(host, ValueLayout.JAVA_FLOAT, 0, to, 0, to.length);
        }
    }

    public void write(long offsetBytes, float[] from) {
        try (Arena arena = Arena.ofConfined()) {
            cuda.use(context);
            cuda.copyToDevice(arena.allocateFrom(ValueLayout.JAVA_FLOAT, from), address + offsetBytes);
        }
    }

    @Override
    public void close() {
        cuda.use(context);
        cuda.free(address);
    }
}
