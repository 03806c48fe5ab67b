package io.thunderhead.coordinator.openai;

import io.thunderhead.coordinator.api.CompletionEvent;
import io.thunderhead.coordinator.api.CompletionEvent.Finished;
import io.thunderhead.coordinator.api.CompletionStream;
import io.thunderhead.coordinator.engine.TokenSink.Usage;
import java.time.Duration;

/// Turns the events of one request into its answer.
interface AnswerWriter {
    /// Every event but [Finished].
    void write(CompletionEvent event);

    void finish(Usage usage);

    /// Nothing has happened for a while.
    default void keepAlive() {}

    /// Reads the stream to its end.
    static void drain(CompletionStream stream, AnswerWriter writer, Duration keepAliveInterval)
            throws InterruptedException {
        while (true) {
            switch (stream.next(keepAliveInterval)) {
                case null -> writer.keepAlive();
                case Finished(Usage usage) -> {
                    writer.finish(usage);
                    return;
                }
                case CompletionEvent event -> writer.write(event);
            }
        }
    }
}
