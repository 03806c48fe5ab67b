/// Work that a CUDA device does outside of TornadoVM's compiler: kernels in CUDA C and products by cuBLAS, as library
/// tasks among the others of a graph. They come from a provider that TornadoVM finds by itself, and know no limit on
/// their number in a graph, nor do they need whole arrays. Native calls go through Java's foreign functions.
@NullMarked
package io.thunderhead.tornado.cuda;

import org.jspecify.annotations.NullMarked;
