package io.thunderhead.model.testing;

import io.thunderhead.model.kernels.KernelSelection;
import io.thunderhead.model.kernels.Kernels;

/// The kernels that every test of the arithmetic runs with.
public enum TestKernels {
    PLAIN("plain", 1),
    PLAIN_THREADS("plain", 2),
    VECTOR("vector", 1),
    VECTOR_THREADS("vector", 2);

    private final String wanted;
    private final int threadCount;

    TestKernels(String wanted, int threadCount) {
        this.wanted = wanted;
        this.threadCount = threadCount;
    }

    /// New ones, to be closed by the caller.
    public Kernels open() {
        return KernelSelection.choose(wanted, threadCount).kernels();
    }
}
