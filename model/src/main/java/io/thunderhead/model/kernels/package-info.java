/// The model's arithmetic. [Kernels] is the port; `CpuKernels` splits its operations over threads and composes them
/// from `Arithmetic`, of which `PlainArithmetic` is the definition of correct and `VectorArithmetic` the fast twin.
///
/// One rule makes plain loops, vectors of any width, any thread count and any batch give the same bits: every float
/// output is one sequential fma chain in index order, and lanes run across outputs. The few true reductions (norms,
/// softmax denominators) use 16 strided partial sums, folded in one fixed order.
@NullMarked
package io.thunderhead.model.kernels;

import org.jspecify.annotations.NullMarked;
