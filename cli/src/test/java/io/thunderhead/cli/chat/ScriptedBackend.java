package io.thunderhead.cli.chat;

import io.thunderhead.client.ChatMessage;
import io.thunderhead.core.error.ErrorCode;
import io.thunderhead.core.error.ServingException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Queue;

/// Answers with the pieces it is given and keeps what it was asked. Between two pieces it does what the test wants.
public final class ScriptedBackend implements ChatBackend {
    public final List<List<ChatMessage>> asked = new ArrayList<>();
    private final List<String> pieces;
    private Runnable betweenPieces = () -> {};

    public ScriptedBackend(String... pieces) {
        this.pieces = List.of(pieces);
    }

    public void betweenPieces(Runnable action) {
        betweenPieces = action;
    }

    @Override
    public Answer ask(List<ChatMessage> conversation, ChatOptions options) {
        asked.add(conversation);
        return new ScriptedAnswer(new ArrayDeque<>(pieces));
    }

    @Override
    public void close() {}

    private final class ScriptedAnswer implements Answer {
        private final Queue<String> left;
        private boolean closed;

        ScriptedAnswer(Queue<String> left) {
            this.left = left;
        }

        @Override
        public Optional<String> next() {
            if (left.size() < pieces.size()) {
                betweenPieces.run();
            }
            if (closed) {
                throw new ServingException(ErrorCode.CANCELLED, "closed");
            }
            return Optional.ofNullable(left.poll());
        }

        @Override
        public OptionalInt completionTokens() {
            return OptionalInt.of(pieces.size());
        }

        @Override
        public OptionalInt promptTokens() {
            return OptionalInt.of(100 * asked.size());
        }

        @Override
        public void close() {
            closed = true;
        }
    }
}
