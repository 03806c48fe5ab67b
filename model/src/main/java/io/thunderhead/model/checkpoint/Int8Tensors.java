package io.thunderhead.model.checkpoint;

import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Set;

/// How a checkpoint holds a weight matrix `[out, in]` that was quantized ahead of time: under the matrix's own name I8
/// `[panels, in, 32]`, which is what kernels read, so that loading it is mapping it; and beside it the scales.
///
/// Input `i` of output `o` is `values[o / 32][i][o % 32] * scales[o]`; missing outputs of the last panel are 0.
public final class Int8Tensors {
    /// Outputs of one panel: two of the widest vectors of floats.
    public static final int PANEL = 32;

    public static final ValueLayout.OfFloat SCALE = ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    static final String VALUES_DTYPE = "I8";
    static final String SCALES_DTYPE = "F32";
    private static final String SCALES_SUFFIX = "_scale";

    private Int8Tensors() {}

    /// Name of the scales F32 `[out]` of a matrix, as vLLM spells it.
    public static String scalesOf(String matrixName) {
        return matrixName + SCALES_SUFFIX;
    }

    /// Whether these are the scales of one of the tensors.
    static boolean isScales(String name, Set<String> tensors) {
        return name.endsWith(SCALES_SUFFIX)
                && tensors.contains(name.substring(0, name.length() - SCALES_SUFFIX.length()));
    }

    public static int[] panels(int outSize, int inSize) {
        return new int[] {Math.ceilDiv(outSize, PANEL), inSize, PANEL};
    }
}
