package io.thunderhead.model.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class WeightArenaTest {
    private static final long RESERVED = 2 * HugePages.PAGE_BYTES + 100;

    @Test
    void allocatesAlignedZeroesThatDoNotOverlap() {
        try (Arena arena = new WeightArena(RESERVED)) {
            MemorySegment first = arena.allocate(100, 64);
            MemorySegment second = arena.allocate(HugePages.PAGE_BYTES, 64);
            MemorySegment third = arena.allocate(HugePages.PAGE_BYTES - 128, 64);
            for (MemorySegment segment : new MemorySegment[] {first, second, third}) {
                assertThat(segment.address() % 64).isZero();
                assertThat(segment.mismatch(MemorySegment.ofArray(new byte[(int) segment.byteSize()])))
                        .isEqualTo(-1);
                segment.fill((byte) 1);
            }
            first.fill((byte) 2);
            third.fill((byte) 3);
            assertThat(second.get(ValueLayout.JAVA_BYTE, 0)).isEqualTo((byte) 1);
            assertThat(second.get(ValueLayout.JAVA_BYTE, second.byteSize() - 1)).isEqualTo((byte) 1);
        }
    }

    @Test
    void allocatesMoreThanWasExpected() {
        try (Arena arena = new WeightArena(RESERVED)) {
            MemorySegment within = arena.allocate(RESERVED - 64, 64);
            MemorySegment beyond = arena.allocate(HugePages.PAGE_BYTES, 64);
            within.fill((byte) 1);
            beyond.fill((byte) 2);
            assertThat(within.get(ValueLayout.JAVA_BYTE, within.byteSize() - 1)).isEqualTo((byte) 1);
            assertThat(arena.allocate(32, 64).byteSize()).isEqualTo(32);
        }
    }

    @Test
    void freesWithTheArena() {
        WeightArena arena = new WeightArena(RESERVED);
        MemorySegment segment = arena.allocate(64, 64);
        arena.close();
        assertThatThrownBy(() -> segment.get(ValueLayout.JAVA_BYTE, 0)).isInstanceOf(IllegalStateException.class);
    }

    /// A page's start is where the hardware can map it whole.
    @Test
    void asksForWholePages() {
        try (Arena arena = Arena.ofShared()) {
            Optional<MemorySegment> memory = HugePages.allocate(RESERVED, arena);
            memory.ifPresent(segment -> {
                assertThat(segment.address() % HugePages.PAGE_BYTES).isZero();
                assertThat(segment.byteSize()).isEqualTo(RESERVED);
            });
            assertThat(HugePages.allocate(HugePages.PAGE_BYTES - 1, arena)).isEmpty();
            // more than any address space has
            assertThat(HugePages.allocate(1L << 60, arena)).isEmpty();
        }
    }
}
