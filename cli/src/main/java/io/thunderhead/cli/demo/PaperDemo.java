package io.thunderhead.cli.demo;

import io.thunderhead.client.ChatMessage;
import io.thunderhead.core.error.ErrorCode;
import io.thunderhead.core.error.ServingException;
import io.thunderhead.corpus.Papers;
import io.thunderhead.corpus.words.Split;
import io.thunderhead.model.tokenizer.Tokenizer;
import io.thunderhead.model.tokenizer.TokenizerReader;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/// Made-up papers that no model was trained on, and the truth about each.
final class PaperDemo {
    private PaperDemo() {}

    /// @param checkpoint whose tokenizer measures the length; throws CHECKPOINT_INVALID if it has none
    /// @param tokens of the text, about
    static DemoDocument make(Path checkpoint, long seed, int papers, int tokens) {
        Tokenizer tokenizer = TokenizerReader.read(checkpoint)
                .orElseThrow(() ->
                        new ServingException(ErrorCode.CHECKPOINT_INVALID, checkpoint + ": expected a tokenizer.json"));
        Papers made = Papers.make(Split.TEST, seed, papers, tokens, text -> tokenizer.encode(text).length);
        return new DemoDocument(
                papers + " papers, made up for this run (--seed " + seed + " makes them again)",
                made.text(),
                List.of(ChatMessage.user(made.text())),
                made.papers().stream()
                        .map(made::dataSetsAndSizes)
                        .map(question -> new DemoQuestion(question.text(), Optional.of(question.answer())))
                        .toList());
    }
}
