package io.thunderhead.corpus;

import io.thunderhead.corpus.words.Dice;
import io.thunderhead.corpus.words.Phrases;
import io.thunderhead.corpus.words.Split;
import io.thunderhead.corpus.words.Values;
import io.thunderhead.model.tokenizer.ChatMessage;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// How a document is handed over: bare, after a sentence, or as a file; with the question in the same message or, after
/// the assistant has read it, in the next; sometimes below a system message. An empty text stands for what is left out.
record Opening(String system, String before, String after, String acknowledgement) {
    static final Phrases ENGLISH = Phrases.read("documents.txt");
    private static final String NONE = "";

    /// @param before section of sentences that may stand before the document
    static Opening choose(Phrases phrases, String before, Split split, Dice dice) {
        Values none = new Values(null, dice);
        String system = dice.chance(0.2) ? phrases.say("system", split, none, dice) : NONE;
        String acknowledgement = dice.chance(0.3) ? phrases.say("acknowledge", split, none, dice) : NONE;
        double form = dice.fraction();
        if (form < 0.4) {
            return new Opening(system, NONE, NONE, acknowledgement);
        }
        if (form < 0.75) {
            String sentence = phrases.say(before, split, none, dice);
            return new Opening(system, sentence + "\n\n", NONE, acknowledgement);
        }
        String stem = ENGLISH.say("file_stem", split, none, dice).toLowerCase(Locale.ROOT);
        String file = "File: " + stem + "-" + dice.between(1, 99) + ".txt";
        return new Opening(system, file + "\n\n", "\n\nEnd of file.", acknowledgement);
    }

    List<ChatMessage> messages(String document) {
        List<ChatMessage> messages = new ArrayList<>();
        if (!system.isEmpty()) {
            messages.add(ChatMessage.text("system", system));
        }
        messages.add(ChatMessage.text("user", before + document + after));
        if (!acknowledgement.isEmpty()) {
            messages.add(ChatMessage.text("assistant", acknowledgement));
        }
        return messages;
    }
}
