package io.thunderhead.model.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.withinPercentage;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.Test;

final class CeilingsTest {
    @Test
    void measuresWithEveryThread() {
        Ceilings ceilings = Ceilings.measure(2, (1 << 20) + 64, 20_000, 2);
        assertThat(ceilings.threadCount()).isEqualTo(2);
        assertThat(ceilings.readBytesPerSecond()).isPositive().isFinite();
        assertThat(ceilings.flopsPerSecond()).isPositive().isFinite();
    }

    /// A bandwidth is only as true as the count of bytes that were really read.
    @Test
    void readsEveryByteOnce() {
        long ints = 1 << 12;
        MemorySegment buffer = Arena.ofAuto().allocate(ints * Integer.BYTES, 64);
        int expected = 0;
        for (int i = 0; i < ints; i++) {
            buffer.setAtIndex(ValueLayout.JAVA_INT, i, 7919 * i);
            expected += 7919 * i;
        }
        assertThat(VectorCeilings.read(NativeMemory.address(buffer) + 0, buffer.byteSize()))
                .isEqualTo(expected);
    }

    /// Every chain goes towards its fixed point, `0.001 / (1 - 0.999)`, at the rate of its steps.
    @Test
    void makesEveryStepOfEveryChain() {
        float chain = 1e-3f;
        for (int step = 0; step < 100; step++) {
            chain = Math.fma(chain, 0.999f, 1e-3f);
        }
        assertThat(VectorCeilings.multiplyAdd(100))
                .isCloseTo(chain * VectorCeilings.FLOATS_A_STEP, withinPercentage(0.01));
    }
}
