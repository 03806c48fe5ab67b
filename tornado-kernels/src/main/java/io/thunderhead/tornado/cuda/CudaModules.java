package io.thunderhead.tornado.cuda;

import io.thunderhead.core.error.ErrorCode;
import io.thunderhead.core.error.ServingException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.stream.Collectors;

/// The kernels of one plan. Sources of a group are one text for the compiler, since the others use functions of the
/// first; a group is compiled when a kernel is asked for that no group before it has.
final class CudaModules {
    private static final List<List<String>> GROUPS = List.of(
            List.of("kernels.cu", "panels.cu", "rows.cu", "attention.cu", "joined.cu"),
            List.of("kernels.cu", "decode.cu", "prompt.cu"));

    private final Cuda cuda;
    private final List<Long> loaded = new ArrayList<>();
    private final Map<String, Long> functions = new HashMap<>();

    CudaModules(Cuda cuda) {
        this.cuda = cuda;
    }

    long function(CudaCall.Launch launch) {
        return functions.computeIfAbsent(launch.kernel(), name -> find(name, launch.sharedBytes()));
    }

    /// Whether the device has the kernel: some are for one architecture.
    boolean has(String kernel) {
        return functions.containsKey(kernel) || lookUp(kernel, 0).isPresent();
    }

    private long find(String name, int sharedBytes) {
        return lookUp(name, sharedBytes)
                .orElseThrow(() -> new ServingException(ErrorCode.INTERNAL, "device: no source has a kernel " + name));
    }

    private OptionalLong lookUp(String name, int sharedBytes) {
        for (int group = 0; group < GROUPS.size(); group++) {
            if (group == loaded.size()) {
                loaded.add(cuda.load(source(GROUPS.get(group))));
            }
            OptionalLong found = cuda.function(loaded.get(group), name, sharedBytes);
            if (found.isPresent()) {
                return found;
            }
        }
        return OptionalLong.empty();
    }

    private static String source(List<String> names) {
        return names.stream().map(CudaModules::read).collect(Collectors.joining());
    }

    private static String read(String name) {
        try (InputStream source = CudaModules.class.getResourceAsStream(name)) {
            if (source == null) {
                throw new ServingException(ErrorCode.INTERNAL, "device: " + name + " is not among the classes");
            }
            return new String(source.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void unload() {
        loaded.forEach(cuda::unload);
    }
}
