package io.thunderhead.model.kernels;

/// Kernels for this machine, and why these.
///
/// @param reason one line for the log: which kernels, which vector width, how many threads, or why not vectors
public record KernelSelection(Kernels kernels, String reason) {
    /// @param wanted `auto`, `plain` or `vector`; `vector` fails with CONFIG_INVALID where there are none
    /// @param threadCount threads that share each operation, the caller's included
    public static KernelSelection choose(String wanted, int threadCount) {
        throw new UnsupportedOperationException(wanted + threadCount);
    }
}
