package io.thunderhead.attention;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.thunderhead.core.error.ErrorCode;
import io.thunderhead.core.error.ServingException;
import io.thunderhead.core.time.Deadline;
import io.thunderhead.transport.stage.HiddenHeader;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

class HiddenInboxTest {
    private static final Deadline SOON = Deadline.after(Duration.ofMinutes(1));
    private static final Deadline PAST = Deadline.after(Duration.ZERO);
    private final HiddenInbox inbox = new HiddenInbox(2, 4, 3);

    HiddenInboxTest() {
        inbox.begin(7);
    }

    @Test
    void rowsThatCameEarlyWaitForTheirStep() {
        put(7, 2, 1, 20);
        put(7, 1, 2, 10);
        assertThat(take(1, 2)).containsExactly(10, 11, 12, 13, 14, 15);
        assertThat(take(2, 1)).containsExactly(20, 21, 22);
    }

    @Test
    void aStepWithoutRowsGivesUpAtItsDeadline() {
        assertCode(() -> inbox.take(1, 1, new float[3], PAST), ErrorCode.DEADLINE_EXCEEDED);
    }

    @Test
    void aFailureOfTheStageBeforeEndsTheWaitAtOnce() {
        put(7, 1, 0, 0);
        assertCode(() -> inbox.take(1, 4, new float[12], SOON), ErrorCode.WORKER_LOST);
    }

    @Test
    void refusesRowsOfAnotherShape() {
        assertCode(
                () -> inbox.put(new HiddenHeader(7, 1, 1, 4), MemorySegment.ofArray(new float[4])),
                ErrorCode.PROTOCOL_VIOLATION);
        assertCode(
                () -> inbox.put(new HiddenHeader(7, 1, 2, 3), MemorySegment.ofArray(new float[3])),
                ErrorCode.PROTOCOL_VIOLATION);
        put(7, 1, 2, 0);
        assertCode(() -> inbox.take(1, 1, new float[3], SOON), ErrorCode.PROTOCOL_VIOLATION);
    }

    @Test
    void holdsOnlySoManyBlocks() {
        put(7, 1, 1, 0);
        put(7, 2, 1, 0);
        assertCode(() -> put(7, 3, 1, 0), ErrorCode.QUEUE_FULL);
        take(2, 1);
        put(7, 3, 1, 0);
    }

    @Test
    void dropsWhatBelongsToAnotherPlanOrAPastStep() {
        put(6, 1, 1, 0);
        put(7, 5, 1, 0);
        take(5, 1);
        put(7, 4, 1, 0);
        assertCode(() -> inbox.take(1, 1, new float[3], PAST), ErrorCode.DEADLINE_EXCEEDED);
        assertCode(() -> inbox.take(4, 1, new float[3], PAST), ErrorCode.DEADLINE_EXCEEDED);
    }

    @Test
    void anInterruptedWaitFailsUntilResumed() {
        inbox.interrupt(new ServingException(ErrorCode.WORKER_LOST, "session replaced"));
        assertCode(() -> inbox.take(1, 1, new float[3], SOON), ErrorCode.WORKER_LOST);
        inbox.resume();
        put(7, 1, 1, 5);
        assertThat(take(1, 1)).containsExactly(5, 6, 7);
    }

    private void put(long epoch, long step, int rows, float first) {
        float[] values = new float[rows * 3];
        for (int i = 0; i < values.length; i++) {
            values[i] = first + i;
        }
        inbox.put(new HiddenHeader(epoch, step, rows, 3), MemorySegment.ofArray(values));
    }

    private float[] take(long step, int rows) {
        float[] target = new float[rows * 3];
        inbox.take(step, rows, target, SOON);
        return target;
    }

    private static void assertCode(ThrowingCallable call, ErrorCode code) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        ServingException.class, e -> assertThat(e.code()).isEqualTo(code));
    }
}
