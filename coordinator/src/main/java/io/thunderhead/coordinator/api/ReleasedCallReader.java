package io.thunderhead.coordinator.api;

import io.thunderhead.model.tokenizer.FunctionCalls;
import java.util.ArrayList;
import java.util.List;

/// Finds function calls as the released models write them: text up to `<function_call>` or a fenced typescript block
/// streams on, whatever comes from there is read when the answer is complete.
final class ReleasedCallReader implements FunctionCallReader {
    private static final List<String> OPENINGS = List.of("<function_call>", "```typescript");

    private final StringBuilder held = new StringBuilder();
    private boolean opened;

    @Override
    public List<Piece> append(String text) {
        held.append(text);
        if (opened) {
            return List.of();
        }
        int opening = firstOpening();
        opened = opening >= 0;
        return release(opened ? opening : held.length() - StopStrings.undecided(held, OPENINGS));
    }

    @Override
    public List<Piece> finish() {
        FunctionCalls parsed = FunctionCalls.parse(held.toString());
        held.setLength(0);
        List<Piece> pieces = new ArrayList<>();
        if (!parsed.text().isEmpty()) {
            pieces.add(new Piece.Text(parsed.text()));
        }
        parsed.calls().forEach(call -> pieces.add(new Piece.Call(new FunctionCall(call.name(), call.arguments()))));
        return pieces;
    }

    private List<Piece> release(int length) {
        if (length == 0) {
            return List.of();
        }
        String text = held.substring(0, length);
        held.delete(0, length);
        return List.of(new Piece.Text(text));
    }

    private int firstOpening() {
        return OPENINGS.stream()
                .mapToInt(held::indexOf)
                .filter(at -> at >= 0)
                .min()
                .orElse(-1);
    }
}
