package io.thunderhead.tornado.cuda;

import java.util.List;

/// What a library task does with its arguments.
public sealed interface CudaCall {
    /// Starts a kernel of the sources beside this with the task's arguments as its own.
    record Launch(String kernel, int gridX, int gridY, int gridZ, int threads, int sharedBytes) implements CudaCall {
        public Launch(String kernel, int gridX, int gridY, int threads) {
            this(kernel, gridX, gridY, 1, threads, 0);
        }
    }

    /// `y = x w^T` in bf16, summed in float32, by cuBLAS. Arguments: `x [rows, in]`, `w [out, in]`, `y [rows, out]`,
    /// all from their first element on.
    record Product(int rows, int outSize, int inSize) implements CudaCall {}

    /// The three products of experts and the activation between them, group by group. Arguments: `x [rows, hidden]`,
    /// `gate`, `up` and `down` (matrices one behind the other), two of scratch `[rows, intermediate]`, `y [rows,
    /// hidden]`, and the groups in an int array of the host: first row, rows, matrix.
    record GroupedExperts(int groups, int hidden, int intermediate) implements CudaCall {}

    /// Kernels one after the other as one task, since a graph has room for a few hundred tasks and arrays. The task's
    /// arguments are all arrays that they use.
    record Sequence(List<Part> parts) implements CudaCall {}

    /// Writes down where the task's arguments lie on the device, and runs nothing: not for a graph without other tasks.
    record Locate(Addresses addresses) implements CudaCall {}

    /// @param arguments numbers, and arrays that are among the task's
    /// @param early may start before the part ahead of it has ended: its kernel waits by itself (kernels.cu)
    record Part(Launch launch, List<Object> arguments, boolean early) {}
}
