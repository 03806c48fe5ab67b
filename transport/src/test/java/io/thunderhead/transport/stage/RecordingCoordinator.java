package io.thunderhead.transport.stage;

import static org.assertj.core.api.Assertions.assertThat;

import io.thunderhead.core.error.ServingException;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/// A coordinator that keeps what it is told.
final class RecordingCoordinator implements StageControl.Listener {
    private final BlockingQueue<StepOutcome> outcomes = new LinkedBlockingQueue<>();
    private final BlockingQueue<ServingException> losses = new LinkedBlockingQueue<>();

    @Override
    public void outcome(StepOutcome outcome) {
        outcomes.add(outcome);
    }

    @Override
    public void lost(ServingException error) {
        losses.add(error);
    }

    StepOutcome nextOutcome() throws InterruptedException {
        StepOutcome next = outcomes.poll(10, TimeUnit.SECONDS);
        assertThat(next).as("an outcome that arrived").isNotNull();
        return next;
    }

    ServingException nextLoss() throws InterruptedException {
        ServingException next = losses.poll(10, TimeUnit.SECONDS);
        assertThat(next).as("the loss of the line").isNotNull();
        return next;
    }

    boolean isLost() {
        return !losses.isEmpty();
    }
}
