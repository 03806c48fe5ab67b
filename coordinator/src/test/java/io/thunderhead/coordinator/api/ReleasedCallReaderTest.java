package io.thunderhead.coordinator.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.thunderhead.coordinator.api.FunctionCallReader.Piece;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ReleasedCallReaderTest {
    private static final String CALL = "<function_call>```typescript\nfunctions.add({\"a\": 1})\n```";

    @Test
    void findsACallInWhateverPiecesItComes() {
        for (int size = 1; size <= CALL.length() + 3; size++) {
            List<Piece> pieces = read("Sum: " + CALL, size);
            assertThat(pieces).contains(new Piece.Call(new FunctionCall("add", "{\"a\": 1}")));
            assertThat(text(pieces)).as("pieces of %d", size).isEqualTo("Sum: ");
        }
    }

    @Test
    void textThatOnlyBeginsLikeACallIsText() {
        for (int size = 1; size <= 12; size++) {
            assertThat(text(read("a <function and ``` b", size))).isEqualTo("a <function and ``` b");
        }
    }

    private static List<Piece> read(String text, int size) {
        FunctionCallReader reader = new ReleasedCallReader();
        List<Piece> pieces = new ArrayList<>();
        for (int from = 0; from < text.length(); from += size) {
            pieces.addAll(reader.append(text.substring(from, Math.min(text.length(), from + size))));
        }
        pieces.addAll(reader.finish());
        return pieces;
    }

    private static String text(List<Piece> pieces) {
        StringBuilder text = new StringBuilder();
        for (Piece piece : pieces) {
            if (piece instanceof Piece.Text(String part)) {
                text.append(part);
            }
        }
        return text.toString();
    }
}
