package io.thunderhead.tornado.cuda;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.thunderhead.core.config.Bytes;
import io.thunderhead.core.error.ErrorCode;
import io.thunderhead.core.error.ServingException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import uk.ac.manchester.tornado.api.common.TornadoDevice;
import uk.ac.manchester.tornado.runtime.library.spi.TornadoNativeStreamSupport;

/// The functions of CUDA's driver, of its run-time compiler and of cuBLAS that are used here. Handles and device
/// addresses are longs. Every status but success becomes INTERNAL with the function's name.
@SuppressWarnings("restricted")
final class Cuda {
    private static final int CAPABILITY_MAJOR = 75;
    private static final int CAPABILITY_MINOR = 76;
    private static final int SHARED_BYTES_MAX = 8;
    private static final int PORTABLE = 1;
    private static final int ALREADY_REGISTERED = 712;
    private static final int NOT_FOUND = 500;
    private static final int OUT_OF_MEMORY = 2;
    private static final int BF16 = 14;

    /// Of `CUlaunchConfig`: grid, group, shared bytes, stream, attributes and their number.
    private static final int LAUNCH_BYTES = 56;

    private static final int LAUNCH_STREAM = 32;
    private static final int LAUNCH_ATTRIBUTES = 40;
    private static final int LAUNCH_ATTRIBUTE_COUNT = 48;

    /// Of `CUlaunchAttribute`: which one, and its value 8 bytes on.
    private static final int ATTRIBUTE_BYTES = 72;

    private static final int STARTS_BEFORE_LAST_ENDS = 6;
    private static final int COMPUTE_FLOAT = 68;

    private record Program(String architecture, String source) {}

    private static final Map<Program, byte[]> IMAGES = new ConcurrentHashMap<>();

    private final Linker linker = Linker.nativeLinker();
    private final SymbolLookup driver = library("libcuda.so.1");
    private final SymbolLookup compiler = library("libnvrtc.so.13", "libnvrtc.so.12");
    private final SymbolLookup blas = library("libcublas.so.13", "libcublas.so.12");

    private final MethodHandle setContext = of(driver, "cuCtxSetCurrent", JAVA_LONG);
    private final MethodHandle currentDevice = of(driver, "cuCtxGetDevice", ADDRESS);
    private final MethodHandle attribute = of(driver, "cuDeviceGetAttribute", ADDRESS, JAVA_INT, JAVA_INT);
    private final MethodHandle loadModule = of(driver, "cuModuleLoadData", ADDRESS, ADDRESS);
    private final MethodHandle unloadModule = of(driver, "cuModuleUnload", JAVA_LONG);
    private final MethodHandle function = of(driver, "cuModuleGetFunction", ADDRESS, JAVA_LONG, ADDRESS);
    private final MethodHandle setFunctionAttribute = of(driver, "cuFuncSetAttribute", JAVA_LONG, JAVA_INT, JAVA_INT);
    private final MethodHandle launch = of(
            driver,
            "cuLaunchKernel",
            JAVA_LONG,
            JAVA_INT,
            JAVA_INT,
            JAVA_INT,
            JAVA_INT,
            JAVA_INT,
            JAVA_INT,
            JAVA_INT,
            JAVA_LONG,
            ADDRESS,
            ADDRESS);
    private final MethodHandle launchBy = of(driver, "cuLaunchKernelEx", ADDRESS, JAVA_LONG, ADDRESS, ADDRESS);

    private final MethodHandle allocate = of(driver, "cuMemAlloc_v2", ADDRESS, JAVA_LONG);
    private final MethodHandle free = of(driver, "cuMemFree_v2", JAVA_LONG);
    private final MethodHandle fill = of(driver, "cuMemsetD32_v2", JAVA_LONG, JAVA_INT, JAVA_LONG);
    private final MethodHandle copyToHost = of(driver, "cuMemcpyDtoH_v2", ADDRESS, JAVA_LONG, JAVA_LONG);
    private final MethodHandle copyToDevice = of(driver, "cuMemcpyHtoD_v2", JAVA_LONG, ADDRESS, JAVA_LONG);
    private final MethodHandle createStream = of(driver, "cuStreamCreate", ADDRESS, JAVA_INT);
    private final MethodHandle destroyStream = of(driver, "cuStreamDestroy_v2", JAVA_LONG);
    private final MethodHandle awaitStream = of(driver, "cuStreamSynchronize", JAVA_LONG);
    private final MethodHandle startCopyToHost =
            of(driver, "cuMemcpyDtoHAsync_v2", ADDRESS, JAVA_LONG, JAVA_LONG, JAVA_LONG);
    private final MethodHandle startCopyToDevice =
            of(driver, "cuMemcpyHtoDAsync_v2", JAVA_LONG, ADDRESS, JAVA_LONG, JAVA_LONG);
    private final MethodHandle wait = of(driver, "cuCtxSynchronize");
    private final MethodHandle register = of(driver, "cuMemHostRegister_v2", ADDRESS, JAVA_LONG, JAVA_INT);
    private final MethodHandle unregister = of(driver, "cuMemHostUnregister", ADDRESS);

    private final MethodHandle createProgram =
            of(compiler, "nvrtcCreateProgram", ADDRESS, ADDRESS, ADDRESS, JAVA_INT, ADDRESS, ADDRESS);
    private final MethodHandle compileProgram = of(compiler, "nvrtcCompileProgram", JAVA_LONG, JAVA_INT, ADDRESS);
    private final MethodHandle logSize = of(compiler, "nvrtcGetProgramLogSize", JAVA_LONG, ADDRESS);
    private final MethodHandle log = of(compiler, "nvrtcGetProgramLog", JAVA_LONG, ADDRESS);
    private final MethodHandle binarySize = of(compiler, "nvrtcGetCUBINSize", JAVA_LONG, ADDRESS);
    private final MethodHandle binary = of(compiler, "nvrtcGetCUBIN", JAVA_LONG, ADDRESS);

    private final MethodHandle createBlas = of(blas, "cublasCreate_v2", ADDRESS);
    private final MethodHandle destroyBlas = of(blas, "cublasDestroy_v2", JAVA_LONG);
    private final MethodHandle setStream = of(blas, "cublasSetStream_v2", JAVA_LONG, JAVA_LONG);
    private final MethodHandle gemm = of(
            blas,
            "cublasGemmEx",
            JAVA_LONG,
            JAVA_INT,
            JAVA_INT,
            JAVA_INT,
            JAVA_INT,
            JAVA_INT,
            ADDRESS,
            JAVA_LONG,
            JAVA_INT,
            JAVA_INT,
            JAVA_LONG,
            JAVA_INT,
            JAVA_INT,
            ADDRESS,
            JAVA_LONG,
            JAVA_INT,
            JAVA_INT,
            JAVA_INT,
            JAVA_INT);

    private final MemorySegment one = Arena.global().allocateFrom(JAVA_FLOAT, 1f);
    private final MemorySegment zero = Arena.global().allocateFrom(JAVA_FLOAT, 0f);

    private static SymbolLookup library(String... names) {
        for (String name : names) {
            try {
                return SymbolLookup.libraryLookup(name, Arena.global());
            } catch (IllegalArgumentException _) {
                // the next version
            }
        }
        throw new ServingException(ErrorCode.CONFIG_INVALID, "device: found none of " + List.of(names));
    }

    private MethodHandle of(SymbolLookup library, String name, MemoryLayout... arguments) {
        return linker.downcallHandle(library.findOrThrow(name), FunctionDescriptor.of(JAVA_INT, arguments));
    }

    /// The context that all plans on the device have, whatever plan is named.
    static long contextOf(TornadoDevice device) {
        return ((TornadoNativeStreamSupport) device).getNativeContext(0);
    }

    /// `context` is the one of the calling thread from now on.
    void use(long context) {
        check("cuCtxSetCurrent", setContext, context);
    }

    /// Compiles CUDA C for the device of the current context, once in a process, and loads it.
    long load(String source) {
        try (Arena arena = Arena.ofConfined()) {
            byte[] image = IMAGES.computeIfAbsent(new Program(architecture(arena), source), this::compile);
            MemorySegment module = arena.allocate(JAVA_LONG);
            check("cuModuleLoadData", loadModule, module, arena.allocateFrom(JAVA_BYTE, image));
            return module.get(JAVA_LONG, 0);
        }
    }

    private byte[] compile(Program asked) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment result = arena.allocate(JAVA_LONG);
            check(
                    "nvrtcCreateProgram",
                    createProgram,
                    result,
                    arena.allocateFrom(asked.source()),
                    arena.allocateFrom("kernels.cu"),
                    0,
                    MemorySegment.NULL,
                    MemorySegment.NULL);
            long program = result.get(JAVA_LONG, 0);
            MemorySegment options = arena.allocate(ADDRESS, 2);
            options.setAtIndex(ADDRESS, 0, arena.allocateFrom("--gpu-architecture=sm_" + asked.architecture()));
            options.setAtIndex(ADDRESS, 1, arena.allocateFrom("--std=c++17"));
            int status = status(compileProgram, program, 2, options);
            if (status != 0) {
                check("nvrtcGetProgramLogSize", logSize, program, result);
                MemorySegment text = arena.allocate(result.get(JAVA_LONG, 0));
                check("nvrtcGetProgramLog", log, program, text);
                throw new ServingException(ErrorCode.INTERNAL, "device: kernels.cu: " + text.getString(0));
            }
            check("nvrtcGetCUBINSize", binarySize, program, result);
            MemorySegment image = arena.allocate(result.get(JAVA_LONG, 0));
            check("nvrtcGetCUBIN", binary, program, image);
            return image.toArray(JAVA_BYTE);
        }
    }

    /// With an "a" where the kernels use what no later architecture has.
    private String architecture(Arena arena) {
        String capability = capability(arena);
        return capability.equals("90") ? "90a" : capability;
    }

    private String capability(Arena arena) {
        MemorySegment value = arena.allocate(JAVA_INT);
        check("cuCtxGetDevice", currentDevice, value);
        int device = value.get(JAVA_INT, 0);
        check("cuDeviceGetAttribute", attribute, value, CAPABILITY_MAJOR, device);
        int major = value.get(JAVA_INT, 0);
        check("cuDeviceGetAttribute", attribute, value, CAPABILITY_MINOR, device);
        return major + "" + value.get(JAVA_INT, 0);
    }

    /// Whether the memory can be read and written by the device in place now: not if a page of it already can.
    boolean pin(MemorySegment memory) {
        int status = status(register, memory, memory.byteSize(), PORTABLE);
        if (status != 0 && status != ALREADY_REGISTERED) {
            throw new ServingException(ErrorCode.INTERNAL, "device: cuMemHostRegister returned " + status);
        }
        return status == 0;
    }

    void unpin(MemorySegment memory) {
        check("cuMemHostUnregister", unregister, memory);
    }

    /// Zeros. Throws DEVICE_OUT_OF_MEMORY.
    ///
    /// @param bytes a multiple of 4
    long allocate(long bytes) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment address = arena.allocate(JAVA_LONG);
            int status = status(allocate, address, bytes);
            if (status == OUT_OF_MEMORY) {
                throw new ServingException(
                        ErrorCode.DEVICE_OUT_OF_MEMORY, "device: has not " + new Bytes(bytes) + " left");
            }
            if (status != 0) {
                throw new ServingException(ErrorCode.INTERNAL, "device: cuMemAlloc returned " + status);
            }
            check("cuMemsetD32", fill, address.get(JAVA_LONG, 0), 0, bytes / Integer.BYTES);
            check("cuCtxSynchronize", wait);
            return address.get(JAVA_LONG, 0);
        }
    }

    void free(long address) {
        check("cuMemFree", free, address);
    }

    void copyToHost(long from, MemorySegment to) {
        check("cuMemcpyDtoH", copyToHost, to, from, to.byteSize());
    }

    void copyToDevice(MemorySegment from, long to) {
        check("cuMemcpyHtoD", copyToDevice, to, from, from.byteSize());
    }

    void copyToHost(long from, MemorySegment to, long stream) {
        check("cuMemcpyDtoHAsync", startCopyToHost, to, from, to.byteSize(), stream);
    }

    void copyToDevice(MemorySegment from, long to, long stream) {
        check("cuMemcpyHtoDAsync", startCopyToDevice, to, from, from.byteSize(), stream);
    }

    void unload(long module) {
        check("cuModuleUnload", unloadModule, module);
    }

    /// Empty if the module has no such kernel.
    OptionalLong function(long module, String name, int sharedBytes) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment result = arena.allocate(JAVA_LONG);
            int status = status(function, result, module, arena.allocateFrom(name));
            if (status == NOT_FOUND) {
                return OptionalLong.empty();
            }
            if (status != 0) {
                throw new ServingException(ErrorCode.INTERNAL, "device: cuModuleGetFunction returned " + status);
            }
            long found = result.get(JAVA_LONG, 0);
            if (sharedBytes > 0) {
                check("cuFuncSetAttribute", setFunctionAttribute, found, SHARED_BYTES_MAX, sharedBytes);
            }
            return OptionalLong.of(found);
        }
    }

    /// @param arguments a Long for an address or a 64-bit number, an Integer or a Float
    void launch(long function, CudaCall.Launch call, long stream, Object... arguments) {
        try (Arena arena = Arena.ofConfined()) {
            check(
                    call.kernel(),
                    launch,
                    function,
                    call.gridX(),
                    call.gridY(),
                    call.gridZ(),
                    call.threads(),
                    1,
                    1,
                    call.sharedBytes(),
                    stream,
                    pointers(arena, arguments),
                    MemorySegment.NULL);
        }
    }

    /// The same for a kernel that may start before the one ahead of it on the stream has ended, and waits by itself.
    void launchEarly(long function, CudaCall.Launch call, long stream, Object... arguments) {
        try (Arena arena = Arena.ofConfined()) {
            launchEarlyPrepared(function, call, earlyLaunch(arena, stream), pointers(arena, arguments));
        }
    }

    /// Room for what [#launchEarlyPrepared] says to the driver.
    static MemorySegment earlyLaunch(Arena arena, long stream) {
        MemorySegment attribute = arena.allocate(ATTRIBUTE_BYTES, Long.BYTES);
        attribute.set(JAVA_INT, 0, STARTS_BEFORE_LAST_ENDS);
        attribute.set(JAVA_INT, Long.BYTES, 1);
        MemorySegment config = arena.allocate(LAUNCH_BYTES, Long.BYTES);
        config.set(JAVA_LONG, LAUNCH_STREAM, stream);
        config.set(ADDRESS, LAUNCH_ATTRIBUTES, attribute);
        config.set(JAVA_INT, LAUNCH_ATTRIBUTE_COUNT, 1);
        return config;
    }

    /// As [#launchEarly], for a kernel that is started again and again.
    ///
    /// @param config made by [#earlyLaunch]
    /// @param pointers to its arguments
    @SuppressWarnings("IllegalCatch")
    void launchEarlyPrepared(long function, CudaCall.Launch call, MemorySegment config, MemorySegment pointers) {
        int[] sizes = {call.gridX(), call.gridY(), call.gridZ(), call.threads(), 1, 1, call.sharedBytes()};
        MemorySegment.copy(sizes, 0, config, JAVA_INT, 0, sizes.length);
        int status;
        try {
            status = (int) launchBy.invokeExact(config, function, pointers, MemorySegment.NULL);
        } catch (Throwable e) {
            throw new ServingException(ErrorCode.INTERNAL, "device: a native call failed", e);
        }
        if (status != 0) {
            throw new ServingException(ErrorCode.INTERNAL, "device: " + call.kernel() + " returned " + status);
        }
    }

    /// As [#launch], for a kernel that is started again and again.
    ///
    /// @param pointers to its arguments
    @SuppressWarnings("IllegalCatch")
    void launchPrepared(long function, CudaCall.Launch call, long stream, MemorySegment pointers) {
        int status;
        try {
            status = (int) launch.invokeExact(
                    function,
                    call.gridX(),
                    call.gridY(),
                    call.gridZ(),
                    call.threads(),
                    1,
                    1,
                    call.sharedBytes(),
                    stream,
                    pointers,
                    MemorySegment.NULL);
        } catch (Throwable e) {
            throw new ServingException(ErrorCode.INTERNAL, "device: a native call failed", e);
        }
        if (status != 0) {
            throw new ServingException(ErrorCode.INTERNAL, "device: " + call.kernel() + " returned " + status);
        }
    }

    /// One that waits for no other.
    long createStream() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment stream = arena.allocate(JAVA_LONG);
            check("cuStreamCreate", createStream, stream, 1);
            return stream.get(JAVA_LONG, 0);
        }
    }

    void destroyStream(long stream) {
        check("cuStreamDestroy", destroyStream, stream);
    }

    void await(long stream) {
        check("cuStreamSynchronize", awaitStream, stream);
    }

    private static MemorySegment pointers(Arena arena, Object... arguments) {
        MemorySegment pointers = arena.allocate(ADDRESS, arguments.length);
        for (int i = 0; i < arguments.length; i++) {
            pointers.setAtIndex(ADDRESS, i, argument(arena, arguments[i]));
        }
        return pointers;
    }

    private static MemorySegment argument(Arena arena, Object value) {
        return switch (value) {
            case Long number -> arena.allocateFrom(JAVA_LONG, number);
            case Integer number -> arena.allocateFrom(JAVA_INT, number);
            case Float number -> arena.allocateFrom(JAVA_FLOAT, number);
            default -> throw new IllegalArgumentException("expected a number, got " + value.getClass());
        };
    }

    long createBlas(long stream) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment handle = arena.allocate(ValueLayout.JAVA_LONG);
            check("cublasCreate", createBlas, handle);
            check("cublasSetStream", setStream, handle.get(JAVA_LONG, 0), stream);
            return handle.get(JAVA_LONG, 0);
        }
    }

    void destroyBlas(long handle) {
        check("cublasDestroy", destroyBlas, handle);
    }

    /// `y [rows, out] = x [rows, in] w [out, in]^T`, all bf16 row-major; cuBLAS counts columns first.
    void product(long handle, int rows, int outSize, int inSize, long x, long w, long y) {
        check(
                "cublasGemmEx",
                gemm,
                handle,
                1,
                0,
                outSize,
                rows,
                inSize,
                one,
                w,
                BF16,
                inSize,
                x,
                BF16,
                inSize,
                zero,
                y,
                BF16,
                outSize,
                COMPUTE_FLOAT,
                -1);
    }

    private static void check(String what, MethodHandle handle, Object... arguments) {
        int status = status(handle, arguments);
        if (status != 0) {
            throw new ServingException(ErrorCode.INTERNAL, "device: " + what + " returned " + status);
        }
    }

    @SuppressWarnings("IllegalCatch")
    private static int status(MethodHandle handle, Object... arguments) {
        try {
            return (int) handle.invokeWithArguments(arguments);
        } catch (Throwable e) {
            throw new ServingException(ErrorCode.INTERNAL, "device: a native call failed", e);
        }
    }
}
