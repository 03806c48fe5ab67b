package io.thunderhead.tornado.cuda;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Objects;
import uk.ac.manchester.tornado.api.TaskGraph;
import uk.ac.manchester.tornado.api.common.Access;
import uk.ac.manchester.tornado.api.common.LibraryTaskDescriptor;

/// Adds CUDA work to task graphs.
public final class CudaTasks {
    private CudaTasks() {}

    /// An array or a number that a task is given.
    public record Argument(Object value, Access access) {}

    public static Argument read(Object value) {
        return new Argument(value, Access.READ_ONLY);
    }

    public static Argument write(Object array) {
        return new Argument(array, Access.WRITE_ONLY);
    }

    public static Argument update(Object array) {
        return new Argument(array, Access.READ_WRITE);
    }

    /// Adds a task that finds out where arrays lie.
    public static void locate(TaskGraph graph, List<Object> arrays, Addresses addresses) {
        add(
                graph,
                "locate",
                new CudaCall.Locate(addresses),
                arrays.stream().map(CudaTasks::read).toArray(Argument[]::new));
    }

    public static void add(TaskGraph graph, String id, CudaCall call, Argument... arguments) {
        Object[] values = new Object[arguments.length];
        Access[] accesses = new Access[arguments.length];
        for (int i = 0; i < arguments.length; i++) {
            values[i] = arguments[i].value();
            accesses[i] = arguments[i].access();
        }
        LibraryTaskDescriptor task = new LibraryTaskDescriptor()
                .withLibrary(CudaLibrary.NAME)
                .withFunction(call.getClass().getSimpleName())
                .withParameters(values)
                .withAccess(accesses)
                .withTuning(call);
        graph.libraryTask(id, descriptor -> descriptor, task);
    }

    /// Collects kernels for one task.
    public static final class Bundle {
        private final List<CudaCall.Part> parts = new ArrayList<>();
        private final IdentityHashMap<Object, Access> accesses = new IdentityHashMap<>();
        private final List<Object> arrays = new ArrayList<>();

        public Bundle add(CudaCall.Launch launch, Argument... arguments) {
            return add(false, launch, arguments);
        }

        /// A kernel that waits by itself for the one ahead of it, and may start before that one has ended.
        public Bundle addEarly(CudaCall.Launch launch, Argument... arguments) {
            return add(!parts.isEmpty(), launch, arguments);
        }

        private Bundle add(boolean early, CudaCall.Launch launch, Argument... arguments) {
            for (Argument argument : arguments) {
                if (!(argument.value() instanceof Number)) {
                    note(argument);
                }
            }
            parts.add(new CudaCall.Part(
                    launch, Arrays.stream(arguments).map(Argument::value).toList(), early));
            return this;
        }

        /// What one kernel writes and another reads counts as both for the task, unless it is written first.
        private void note(Argument argument) {
            Access known = accesses.get(argument.value());
            if (known == null) {
                arrays.add(argument.value());
                accesses.put(argument.value(), argument.access());
            } else if (known == Access.READ_ONLY && argument.access() != Access.READ_ONLY) {
                accesses.put(argument.value(), Access.READ_WRITE);
            }
        }

        public void addTo(TaskGraph graph, String id) {
            Argument[] arguments = arrays.stream()
                    .map(array -> new Argument(array, Objects.requireNonNull(accesses.get(array))))
                    .toArray(Argument[]::new);
            CudaTasks.add(graph, id, new CudaCall.Sequence(List.copyOf(parts)), arguments);
        }
    }
}
