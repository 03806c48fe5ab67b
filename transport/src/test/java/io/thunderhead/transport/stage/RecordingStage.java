package io.thunderhead.transport.stage;

import static org.assertj.core.api.Assertions.assertThat;

import io.thunderhead.core.error.ServingException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/// A stage that keeps what it is told; the test answers.
final class RecordingStage implements StageService {
    private final BlockingQueue<StepCommand> commands = new LinkedBlockingQueue<>();
    private final BlockingQueue<Block> blocks = new LinkedBlockingQueue<>();
    private final CountDownLatch closed = new CountDownLatch(1);
    private final AtomicReference<@Nullable ServingException> throwNext = new AtomicReference<>();
    private volatile @Nullable ServingException refusal;
    private volatile StageControl.@Nullable Listener coordinator;

    @Override
    public Session open(StageControl.Listener listener) {
        coordinator = listener;
        return new Session() {
            @Override
            public void command(StepCommand command) {
                @Nullable ServingException error = throwNext.getAndSet(null);
                if (error != null) {
                    throw error;
                }
                commands.add(command);
            }

            @Override
            public void closed(ServingException reason) {
                closed.countDown();
            }
        };
    }

    @Override
    public void hidden(HiddenHeader header, MemorySegment rows) {
        @Nullable ServingException error = refusal;
        if (error != null) {
            throw error;
        }
        blocks.add(new Block(header, rows.toArray(ValueLayout.JAVA_FLOAT)));
    }

    void throwOnNext(ServingException error) {
        throwNext.set(error);
    }

    void refuseBlocks(ServingException error) {
        refusal = error;
    }

    StageControl.Listener coordinator() {
        return Objects.requireNonNull(coordinator);
    }

    StepCommand nextCommand() throws InterruptedException {
        StepCommand next = commands.poll(10, TimeUnit.SECONDS);
        assertThat(next).as("a command that arrived").isNotNull();
        return next;
    }

    Block nextBlock() throws InterruptedException {
        Block next = blocks.poll(10, TimeUnit.SECONDS);
        assertThat(next).as("hidden rows that arrived").isNotNull();
        return next;
    }

    void awaitClosed() throws InterruptedException {
        assertThat(closed.await(10, TimeUnit.SECONDS)).isTrue();
    }

    @SuppressWarnings("ArrayRecordComponent") // never compared as a whole
    record Block(HiddenHeader header, float[] rows) {}
}
