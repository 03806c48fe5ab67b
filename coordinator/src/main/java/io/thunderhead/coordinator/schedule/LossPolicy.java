package io.thunderhead.coordinator.schedule;

import io.thunderhead.core.error.ErrorCode;
import io.thunderhead.core.error.ErrorFamily;
import io.thunderhead.core.error.ServingException;

/// Decides whether a sequence survives the loss of its state: losses of workers are replayed up to a limit, faults of
/// ours once, in case that they came from the loss of something else.
record LossPolicy(int replaysMax) {
    private static final int BROKEN_STEPS_MAX = 1;

    boolean survives(Sequence sequence, ServingException loss) {
        return isFaultOfOurs(loss)
                ? sequence.countBrokenStep() <= BROKEN_STEPS_MAX
                : sequence.countReplay() <= replaysMax;
    }

    static boolean isFaultOfOurs(ServingException loss) {
        ErrorFamily family = loss.code().family();
        return loss.code() != ErrorCode.DEADLINE_EXCEEDED
                && (family == ErrorFamily.INTERNAL || family == ErrorFamily.CLIENT);
    }
}
