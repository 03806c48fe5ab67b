/// `thunderhead quantize`: int8 weights ahead of time.
@NullMarked
package io.thunderhead.cli.quantize;

import org.jspecify.annotations.NullMarked;
