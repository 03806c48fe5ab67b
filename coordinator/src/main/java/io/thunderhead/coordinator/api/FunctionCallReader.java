package io.thunderhead.coordinator.api;

import java.util.List;

/// Separates function calls from the text of one choice while it grows; what could be the beginning of a call is held
/// back until that is decided. Not thread-safe; one a choice.
public interface FunctionCallReader {
    /// What is certain after this text, in order.
    List<Piece> append(String text);

    /// What remains at the end of the choice: an unfinished call is text again.
    List<Piece> finish();

    sealed interface Piece {
        record Text(String text) implements Piece {}

        record Call(FunctionCall call) implements Piece {}
    }
}
