package io.thunderhead.cli.chat;

/// What a typed line means.
sealed interface ChatInput {
    String HELP = """
            /system TEXT  set the system message; without TEXT, have none
            /reset        forget the conversation
            /help         show this
            /exit         leave, like Ctrl-D
            Ctrl-C stops the answer.""";

    record Say(String text) implements ChatInput {}

    record SetSystem(String text) implements ChatInput {}

    record Reset() implements ChatInput {}

    record Help() implements ChatInput {}

    record Exit() implements ChatInput {}

    record Nothing() implements ChatInput {}

    record Unknown(String command) implements ChatInput {}

    static ChatInput parse(String line) {
        String text = line.strip();
        if (text.isEmpty()) {
            return new Nothing();
        }
        if (!text.startsWith("/")) {
            return new Say(text);
        }
        String[] words = text.split("\\s+", 2);
        return switch (words[0]) {
            case "/system" -> new SetSystem(words.length == 2 ? words[1] : "");
            case "/reset" -> new Reset();
            case "/help" -> new Help();
            case "/exit", "/quit" -> new Exit();
            default -> new Unknown(words[0]);
        };
    }
}
