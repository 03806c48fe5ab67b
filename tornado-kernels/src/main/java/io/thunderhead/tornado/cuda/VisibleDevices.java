package io.thunderhead.tornado.cuda;

import io.thunderhead.core.error.ErrorCode;
import io.thunderhead.core.error.ServingException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Optional;

/// Which GPUs CUDA shows to this process. TornadoVM 5.2 makes one context, on the first of them, whatever device a plan
/// is given; so the one that is wanted must be the only one, and CUDA reads that from the environment when it starts.
@SuppressWarnings("restricted")
public final class VisibleDevices {
    private static final String VARIABLE = "CUDA_VISIBLE_DEVICES";

    private VisibleDevices() {}

    /// Before anything of CUDA runs. Nothing happens on systems without `setenv`.
    ///
    /// @param number among those that are visible now
    public static void only(int number) {
        String value = entry(Optional.ofNullable(System.getenv(VARIABLE)), number);
        Linker linker = Linker.nativeLinker();
        Optional<MemorySegment> setenv = linker.defaultLookup().find("setenv");
        if (setenv.isPresent()) {
            FunctionDescriptor signature = FunctionDescriptor.of(
                    ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.ADDRESS, ValueLayout.JAVA_INT);
            try (Arena arena = Arena.ofConfined()) {
                int status = (int) linker.downcallHandle(setenv.get(), signature)
                        .invokeExact(arena.allocateFrom(VARIABLE), arena.allocateFrom(value), 1);
                if (status != 0) {
                    throw new ServingException(ErrorCode.CONFIG_INVALID, VARIABLE + " cannot be set");
                }
            } catch (RuntimeException | Error e) {
                throw e;
            } catch (Throwable e) {
                throw new ServingException(ErrorCode.INTERNAL, "setenv failed", e);
            }
        }
    }

    /// @param list as the variable has it: numbers or UUIDs with commas; empty for all there are
    static String entry(Optional<String> list, int number) {
        if (list.isEmpty()) {
            return Integer.toString(number);
        }
        String[] entries = list.get().split(",", -1);
        if (number >= entries.length) {
            throw new ServingException(
                    ErrorCode.CONFIG_INVALID, VARIABLE + " is '" + list.get() + "', there is no gpu:" + number);
        }
        return entries[number].strip();
    }
}
