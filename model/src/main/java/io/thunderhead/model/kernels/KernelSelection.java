package io.thunderhead.model.kernels;

import io.thunderhead.core.error.ErrorCode;
import io.thunderhead.core.error.ServingException;

/// Kernels for this machine, and why these.
///
/// @param kernels to be closed by the caller
/// @param reason one line for the log: which kernels, which vector width, how many threads, or why not vectors
public record KernelSelection(Kernels kernels, String reason) {
    private static final String VECTOR_MODULE = "jdk.incubator.vector";

    /// @param wanted `auto`, `plain` or `vector`; `vector` fails with CONFIG_INVALID where there are none
    /// @param threadCount threads that share each operation, the caller's included
    public static KernelSelection choose(String wanted, int threadCount) {
        return switch (wanted) {
            case "plain" -> of(new PlainArithmetic(), threadCount, ", as configured");
            case "vector" -> vector(threadCount);
            case "auto" ->
                vectorsMissing().isEmpty()
                        ? vector(threadCount)
                        : of(new PlainArithmetic(), threadCount, ": " + vectorsMissing());
            default ->
                throw new ServingException(
                        ErrorCode.CONFIG_INVALID, "kernels: expected auto, plain or vector, got '" + wanted + "'");
        };
    }

    private static KernelSelection vector(int threadCount) {
        if (!vectorsMissing().isEmpty()) {
            throw new ServingException(ErrorCode.CONFIG_INVALID, "kernels: vector: " + vectorsMissing());
        }
        return of(new VectorArithmetic(), threadCount, "");
    }

    /// Why there are no vectors here; empty if there are.
    static String vectorsMissing() {
        if (ModuleLayer.boot().findModule(VECTOR_MODULE).isEmpty()) {
            return "the JVM was started without --add-modules=" + VECTOR_MODULE;
        }
        return VectorArithmetic.supported() ? "" : "this machine has no vectors of 4 to 16 floats";
    }

    private static KernelSelection of(Arithmetic arithmetic, int threadCount, String because) {
        String threads = threadCount == 1 ? "1 thread" : threadCount + " threads";
        return new KernelSelection(
                new CpuKernels(arithmetic, new KernelThreads(threadCount)),
                "kernels: " + arithmetic.description() + " on " + threads + because);
    }
}
