/// How rows look between nodes: frames of a fixed header and one Arrow record batch, written straight from the rows
/// they carry and read with one copy into Arrow memory. docs/WIRE.md describes the bytes.
@NullMarked
package io.thunderhead.transport.wire;

import org.jspecify.annotations.NullMarked;
