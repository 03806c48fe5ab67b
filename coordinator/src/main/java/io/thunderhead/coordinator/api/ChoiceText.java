package io.thunderhead.coordinator.api;

import io.thunderhead.coordinator.api.CompletionEvent.Called;
import io.thunderhead.coordinator.api.CompletionEvent.ChoiceEnded;
import io.thunderhead.coordinator.api.CompletionEvent.Delta;
import io.thunderhead.coordinator.api.CompletionEvent.Reason;
import io.thunderhead.coordinator.api.CompletionEvent.Token;
import io.thunderhead.coordinator.api.FunctionCallReader.Piece;
import io.thunderhead.model.tokenizer.Tokenizer.StreamDecoder;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Turns the tokens of one choice into events: bytes into characters, up to a stop string, function calls apart. Owned
/// by the thread that reads the stream.
final class ChoiceText {
    private final int choice;
    private final Set<Integer> stopTokenIds;
    private final @Nullable StreamDecoder decoder;
    private final StopStrings stops;
    private final @Nullable FunctionCallReader calls;
    private int callCount;
    private boolean ended;

    ChoiceText(CompletionSpec spec, int choice, Set<Integer> stopTokenIds) {
        this.choice = choice;
        this.stopTokenIds = stopTokenIds;
        this.stops = new StopStrings(spec.stops());
        this.calls = spec.readFunctionCalls()
                ? spec.model().requireChatFormat("tools").functionCallReader()
                : null;
        boolean skipSpecial = spec.skipSpecialTokens() && calls == null;
        this.decoder = spec.model()
                .tokenizer()
                .map(tokenizer -> tokenizer.streamDecoder(skipSpecial))
                .orElse(null);
    }

    boolean ended() {
        return ended;
    }

    /// Ends the choice by itself when a stop string is complete.
    List<CompletionEvent> append(Token token) {
        String text = "";
        if (decoder != null && !stopTokenIds.contains(token.id())) {
            text = stops.append(decoder.append(token.id()));
        }
        List<CompletionEvent> events = new ArrayList<>();
        addText(text, token, events);
        if (stops.matched()) {
            end(Reason.STOP, events);
        }
        return events;
    }

    List<CompletionEvent> end(Reason reason) {
        List<CompletionEvent> events = new ArrayList<>();
        String rest = decoder == null ? "" : stops.append(decoder.finish());
        boolean stopped = stops.matched();
        addText(rest + stops.finish(), null, events);
        end(stopped ? Reason.STOP : reason, events);
        return events;
    }

    private void end(Reason reason, List<CompletionEvent> events) {
        ended = true;
        if (calls != null) {
            addPieces(calls.finish(), null, events);
        }
        boolean called = callCount > 0 && reason == Reason.STOP;
        events.add(new ChoiceEnded(choice, called ? Reason.FUNCTION_CALLS : reason));
    }

    private void addText(String text, @Nullable Token token, List<CompletionEvent> events) {
        if (calls != null) {
            addPieces(calls.append(text), token, events);
        } else if (token != null || !text.isEmpty()) {
            events.add(new Delta(choice, text, token));
        }
    }

    private void addPieces(List<Piece> pieces, @Nullable Token token, List<CompletionEvent> events) {
        if (token != null) {
            events.add(new Delta(choice, "", token));
        }
        for (Piece piece : pieces) {
            events.add(
                    switch (piece) {
                        case Piece.Text(String text) -> new Delta(choice, text, null);
                        case Piece.Call(FunctionCall call) -> new Called(choice, callCount++, call);
                    });
        }
    }
}
