package io.thunderhead.model.kernels;

import static org.assertj.core.api.Assertions.assertThat;

import io.thunderhead.model.checkpoint.DType;
import io.thunderhead.model.checkpoint.StoredTensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class PackingTest {
    private static final int[] OUT_SIZES = {1, 3, 7, 31, 32, 33, 64, 127};

    @ParameterizedTest
    @EnumSource(DType.class)
    void keepsEveryWeight(DType dtype) {
        for (int outSize : OUT_SIZES) {
            for (int inSize : Numbers.SIZES) {
                checkWeights(Numbers.matrix(dtype, outSize, inSize));
            }
        }
    }

    @ParameterizedTest
    @EnumSource(DType.class)
    void readsUnalignedData(DType dtype) {
        StoredTensor aligned = Numbers.matrix(dtype, 33, 7);
        MemorySegment room = Arena.ofAuto().allocate(aligned.data().byteSize() + 1);
        MemorySegment odd = room.asSlice(1).copyFrom(aligned.data());
        checkWeights(new StoredTensor("odd", dtype, aligned.shape(), odd, "test"));
    }

    @Test
    void keepsHalfPrecisionOfOneKindOnly() {
        assertThat(pack(Numbers.matrix(DType.BF16, 32, 4)).byteSize()).isEqualTo(32 * 4 * 2);
        assertThat(pack(Numbers.matrix(DType.F16, 32, 4)).byteSize()).isEqualTo(32 * 4 * 4);
        assertThat(pack(Numbers.matrix(DType.F32, 32, 4)).byteSize()).isEqualTo(32 * 4 * 4);
    }

    private static void checkWeights(StoredTensor stored) {
        List<Integer> shape = stored.shape();
        PackedMatrix packed = pack(stored);
        float[] expected = StoredFloats.read(stored);
        float[] found = new float[expected.length];
        for (int out = 0; out < shape.get(0); out++) {
            for (int in = 0; in < shape.get(1); in++) {
                found[out * shape.get(1) + in] = packed.get(out, in);
            }
        }
        Numbers.assertSameBits(stored.dtype() + " " + shape, found, expected);
    }

    private static PackedMatrix pack(StoredTensor stored) {
        try (Kernels kernels = KernelSelection.choose("plain", 2).kernels()) {
            return kernels.pack(stored, Arena.ofAuto());
        }
    }
}
