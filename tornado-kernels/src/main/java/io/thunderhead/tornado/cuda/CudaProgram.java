package io.thunderhead.tornado.cuda;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import uk.ac.manchester.tornado.api.common.TornadoDevice;

/// Starts kernels in CUDA C one after the other on a stream of its own, with addresses and sizes that are new each
/// time. Nothing waits before [#await]. One thread at a time; whoever uses it takes care that no graph is recorded
/// meanwhile.
public final class CudaProgram implements AutoCloseable {
    private static final int ARGUMENTS_MAX = 32;
    private static final long PAGE_BYTES = 4096;

    private final Cuda cuda = new Cuda();
    private final long context;
    private final long stream;
    private final CudaModules modules;
    private final Arena arena = Arena.ofShared();
    private final MemorySegment values = arena.allocate(JAVA_LONG, ARGUMENTS_MAX);
    private final MemorySegment pointers = arena.allocate(ADDRESS, ARGUMENTS_MAX);
    private final long[] bits = new long[ARGUMENTS_MAX];
    private final MemorySegment early;
    private final List<MemorySegment> pinned = new ArrayList<>();
    private final List<Long> allocated = new ArrayList<>();

    public CudaProgram(TornadoDevice device) {
        this.context = Cuda.contextOf(device);
        cuda.use(context);
        this.stream = cuda.createStream();
        this.early = Cuda.earlyLaunch(arena, stream);
        this.modules = new CudaModules(cuda);
        for (int i = 0; i < ARGUMENTS_MAX; i++) {
            pointers.setAtIndex(ADDRESS, i, values.asSlice((long) i * Long.BYTES));
        }
    }

    /// Memory of the device, zeros at first, until this is closed. Throws DEVICE_OUT_OF_MEMORY.
    public long allocate(long bytes) {
        cuda.use(context);
        long address = cuda.allocate(Math.ceilDiv(bytes, Integer.BYTES) * Integer.BYTES);
        allocated.add(address);
        return address;
    }

    /// Memory of the host that is copied fast, until this is closed.
    public MemorySegment pinned(long bytes) {
        cuda.use(context);
        MemorySegment memory = arena.allocate(Math.ceilDiv(bytes, PAGE_BYTES) * PAGE_BYTES, PAGE_BYTES);
        if (cuda.pin(memory)) {
            pinned.add(memory);
        }
        return memory;
    }

    /// Whether the device has a kernel.
    public boolean has(String kernel) {
        return modules.has(kernel);
    }

    /// Before the first use on a thread.
    public void enter() {
        cuda.use(context);
    }

    /// @param arguments a Long for an address or a 64-bit number, an Integer or a Float
    public void launch(CudaCall.Launch launch, Object... arguments) {
        set(arguments);
        cuda.launchPrepared(modules.function(launch), launch, stream, pointers);
    }

    /// The same for a kernel that waits by itself for the one ahead of it, and may start before that one has ended.
    public void launchEarly(CudaCall.Launch launch, Object... arguments) {
        set(arguments);
        cuda.launchEarlyPrepared(modules.function(launch), launch, early, pointers);
    }

    /// In one copy: a launch must not take longer than what it starts.
    private void set(Object... arguments) {
        for (int i = 0; i < arguments.length; i++) {
            bits[i] = switch (arguments[i]) {
                case Long number -> number;
                case Integer number -> number;
                case Float number -> Float.floatToRawIntBits(number);
                default -> throw new IllegalArgumentException("expected a number, got " + arguments[i].getClass());
            };
        }
        MemorySegment.copy(bits, 0, values, JAVA_LONG, 0, arguments.length);
    }

    /// The memory must not change before [#await] returned.
    public void toDevice(MemorySegment from, long bytes, long to) {
        cuda.copyToDevice(from.asSlice(0, bytes), to, stream);
    }

    /// The numbers are there when [#await] returned.
    public void toHost(long from, MemorySegment to, long bytes) {
        cuda.copyToHost(from, to.asSlice(0, bytes), stream);
    }

    /// Until everything started has ended. Throws INTERNAL if one of the kernels failed.
    public void await() {
        cuda.await(stream);
    }

    @Override
    public void close() {
        cuda.use(context);
        cuda.destroyStream(stream);
        modules.unload();
        allocated.forEach(cuda::free);
        pinned.forEach(cuda::unpin);
        arena.close();
    }
}
