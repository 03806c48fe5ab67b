package io.thunderhead.model.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.thunderhead.core.error.ErrorCode;
import io.thunderhead.core.error.ServingException;
import io.thunderhead.model.config.LayerRange;
import io.thunderhead.model.config.ModelConfig;
import io.thunderhead.model.testing.ModelConfigs;
import io.thunderhead.model.tokenizer.TokenIds;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class StatePoolTest {
    private final ModelConfig config = ModelConfigs.odd(2);
    private final StateLayout layout = new StateLayout(config, new LayerRange(0, 4));
    private final StatePool pool = new StatePool(layout, 2, 5);

    @AfterEach
    void close() {
        pool.close();
    }

    @Test
    void countsBytesByTheStagesLayers() {
        long head = config.headDim() * 256L * Float.BYTES;
        assertThat(layout.lightningBytes()).isEqualTo(2L * 6 * 20 * 20 * Float.BYTES);
        assertThat(layout.pageBytes()).isEqualTo(2 * 2 * 2 * head);
        StateLayout lightningOnly = new StateLayout(config, new LayerRange(2, 3));
        assertThat(lightningOnly.pageBytes()).isZero();
        assertThat(lightningOnly.lightningBytes()).isEqualTo(6L * 20 * 20 * Float.BYTES);
    }

    @Test
    void keepsLayersAndHeadsApart() {
        SequenceState state = pool.acquire();
        state.reserve(1);
        long head = config.headDim() * 256L * Float.BYTES;
        assertThat(state.keysOffset(1, 0)).isZero();
        assertThat(state.valuesOffset(1, 0)).isEqualTo(head);
        assertThat(state.keysOffset(1, 1)).isEqualTo(2 * head);
        assertThat(state.keysOffset(3, 0)).isEqualTo(4 * head);
        assertThat(state.valuesOffset(3, 1) + head).isEqualTo(layout.pageBytes());
        assertThat(state.lightning(0).address()).isEqualTo(state.lightning().address());
        assertThat(state.lightning(2).address()).isEqualTo(state.lightning().address() + layout.lightningBytes() / 2);
    }

    @Test
    void refusesPastItsSlots() {
        pool.acquire();
        SequenceState second = pool.acquire();
        assertFull(pool::acquire, "sequence slots: 1 wanted, 0 of 2 are free");

        second.release();

        assertThat(pool.freeSequences()).isEqualTo(1);
        assertThat(pool.acquire().length()).isZero();
    }

    @Test
    void takesNothingWhenPagesRunOut() {
        SequenceState state = pool.acquire();
        state.reserve(257);
        assertThat(pool.freePages()).isEqualTo(3);

        assertFull(() -> state.reserve(6 * 256), "KV pages: 4 wanted, 3 of 5 are free");

        assertThat(state.pageCount()).isEqualTo(2);
        assertThat(pool.freePages()).isEqualTo(3);
        state.reserve(5 * 256);
        assertThat(pool.freePages()).isZero();
    }

    @Test
    void reservesOnlyWhatIsMissing() {
        SequenceState state = pool.acquire();
        state.reserve(256);
        state.reserve(256);
        state.reserve(10);
        assertThat(state.pageCount()).isEqualTo(1);
    }

    @Test
    void takesNoPagesForAStageWithoutSoftmaxLayers() {
        try (StatePool lightningOnly = new StatePool(new StateLayout(config, new LayerRange(0, 1)), 1, 0)) {
            SequenceState state = lightningOnly.acquire();
            state.reserve(100_000);
            assertThat(state.pageCount()).isZero();
        }
    }

    @Test
    void givesEverythingBackOnce() {
        SequenceState state = pool.acquire();
        state.reserve(600);

        state.release();
        state.release();

        assertThat(pool.freeSequences()).isEqualTo(2);
        assertThat(pool.freePages()).isEqualTo(5);
        assertThat(pool.acquire()).isNotSameAs(pool.acquire());
        assertFull(pool::acquire, "sequence slots");
    }

    @Test
    void zeroesWhatItReuses() {
        SequenceState before = pool.acquire();
        before.reserve(5 * 256);
        before.lightning().fill((byte) 1);
        for (int page = 0; page < before.pageCount(); page++) {
            before.page(page).fill((byte) 1);
        }
        before.release();

        SequenceState after = pool.acquire();
        after.reserve(5 * 256);

        assertZero(after.lightning());
        for (int page = 0; page < after.pageCount(); page++) {
            assertZero(after.page(page));
        }
    }

    @Test
    void rowsOfAStepFollowEachOther() {
        SequenceState first = pool.acquire();
        SequenceState second = pool.acquire();
        StepRows rows = StepRows.builder()
                .prefill(first, TokenIds.of(1, 2, 3))
                .decode(second, TokenIds.of(4))
                .build();
        assertThat(rows.rowCount()).isEqualTo(4);
        assertThat(rows.segments().get(1).firstRow()).isEqualTo(3);

        rows.advance();

        assertThat(first.length()).isEqualTo(3);
        assertThat(second.length()).isEqualTo(1);
        assertThatThrownBy(() -> StepRows.builder().prefill(first, TokenIds.of(1)))
                .hasMessageContaining("expected a start on a multiple of 256, got 3");
    }

    @Test
    void aStepWithoutRoomLeavesTheBuilderAsItWas() {
        SequenceState first = pool.acquire();
        SequenceState second = pool.acquire();
        StepRows.Builder builder = StepRows.builder().decode(first, TokenIds.of(1));
        assertFull(() -> builder.prefill(second, TokenIds.of(new int[5 * 256])), "KV pages: 5 wanted, 4 of 5");
        assertThat(builder.decode(second, TokenIds.of(2)).build().rowCount()).isEqualTo(2);
    }

    private static void assertFull(org.assertj.core.api.ThrowableAssert.ThrowingCallable call, String message) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        ServingException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.KV_POOL_FULL))
                .hasMessageContaining(message);
    }

    private static void assertZero(MemorySegment segment) {
        for (byte value : segment.toArray(ValueLayout.JAVA_BYTE)) {
            assertThat(value).isZero();
        }
    }
}
