/// The kernels that TornadoVM compiles for a device: static methods over flat arrays in the subset of Java that it
/// knows (no objects, no exceptions, private arrays of constant size).
///
/// A method's name becomes a function's name in OpenCL C and CUDA C: none may be a type there.
///
/// Conditions are single comparisons: TornadoVM 5.2 negates `a || b && c` over floats wrongly, which only a test shows.
///
/// Scalar arguments become constants of the compiled kernel, so they hold what a model fixes; what changes from step
/// to step stands in small int arrays. A group whose work does not exist in this step returns at once: grids are as
/// large as a graph's buffers allow. Sums run in another order than on the CPU, so results agree within rounding, not
/// to the bit; each row's result still depends on that row and its sequence alone.
@NullMarked
package io.thunderhead.tornado.kernels;

import org.jspecify.annotations.NullMarked;
