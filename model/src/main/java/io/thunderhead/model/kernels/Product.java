package io.thunderhead.model.kernels;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// A small dense product `C [rows, columns] = C + A [rows, depth] * B [depth, columns]`, or `= A * B` from zero. Each
/// element of C is one fma chain in order of depth (of an INT8 panel over its integers: [BlockProduct#scaleColumns]).
/// Reusable: set every part, then hand it to [Arithmetic#multiply].
///
/// A and C are arrays; offsets and strides (from row to row) count floats. B is off-heap.
final class Product {
    float[] a = new float[0];
    int aOffset;
    int aStride;

    MemorySegment b = MemorySegment.NULL;
    long bOffsetBytes;
    int bStride;

    /// If B is a panel of a [PackedMatrix] how its numbers stand there (then `bStride` counts for nothing); F32 also
    /// for any other floats.
    WeightFormat bFormat = WeightFormat.F32;

    float[] c = new float[0];
    int cOffset;
    int cStride;
    boolean fromZero;

    private float[] bRow = new float[0];

    int rows;
    int columns;
    int depth;

    /// 0: every row has the same depth; 1: row `r` has `depth + r`, as under a causal mask.
    int depthStep;

    Product a(float[] array, int offset, int stride) {
        a = array;
        aOffset = offset;
        aStride = stride;
        return this;
    }

    /// Rows of floats.
    Product b(MemorySegment segment, long offsetBytes, int stride) {
        b = segment;
        bOffsetBytes = offsetBytes;
        bStride = stride;
        bFormat = WeightFormat.F32;
        return this;
    }

    /// One panel of weights, without their scales. If they are not F32 the product must start from zero and have one
    /// depth.
    Product b(PackedMatrix weights, int panel) {
        b = weights.data();
        bOffsetBytes = weights.panelOffset(panel);
        bFormat = weights.format();
        bStride = PackedMatrix.PANEL;
        return this;
    }

    Product c(float[] array, int offset, int stride, boolean fromZeroNotC) {
        c = array;
        cOffset = offset;
        cStride = stride;
        fromZero = fromZeroNotC;
        return this;
    }

    Product size(int rowCount, int columnCount, int depthOfAll) {
        return causal(rowCount, columnCount, depthOfAll, 0);
    }

    /// Row `r` has depth `depthOfFirst + r * step`.
    Product causal(int rowCount, int columnCount, int depthOfFirst, int step) {
        rows = rowCount;
        columns = columnCount;
        depth = depthOfFirst;
        depthStep = step;
        return this;
    }

    int depthOf(int row) {
        return depth + row * depthStep;
    }

    int aRow(int row) {
        return aOffset + row * aStride;
    }

    /// Where the part of B in question begins, if it is off-heap as it must be for vectors.
    long bAddress() {
        return NativeMemory.address(b) + bOffsetBytes;
    }

    int cRow(int row) {
        return cOffset + row * cStride;
    }

    /// One element of B, widened, without its scale.
    float b(int k, int column) {
        if (bFormat != WeightFormat.F32) {
            return PackedMatrix.get(b, bOffsetBytes, bFormat, k, column);
        }
        return b.get(ValueLayout.JAVA_FLOAT, bOffsetBytes + ((long) k * bStride + column) * Float.BYTES);
    }

    /// Row `k` of B, widened; valid until the next call.
    float[] bRow(int k) {
        if (bRow.length < columns) {
            bRow = new float[columns];
        }
        for (int column = 0; column < columns; column++) {
            bRow[column] = b(k, column);
        }
        return bRow;
    }

    /// The rows from this one on have a step `k`.
    int firstRowDeeperThan(int k) {
        return depthStep == 0 || k < depth ? 0 : k - depth + 1;
    }

    /// One element of C by the definition: for columns left over by wider code.
    void element(int row, int column) {
        int at = cRow(row) + column;
        float sum = fromZero ? 0 : c[at];
        int from = aRow(row);
        for (int k = 0; k < depthOf(row); k++) {
            sum = Math.fma(a[from + k], b(k, column), sum);
        }
        c[at] = sum;
    }
}
