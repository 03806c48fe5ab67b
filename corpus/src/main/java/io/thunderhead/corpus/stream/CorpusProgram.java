package io.thunderhead.corpus.stream;

import io.thunderhead.corpus.Mix;
import io.thunderhead.corpus.Task;
import io.thunderhead.corpus.words.Split;
import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/// The corpus on standard output: `--text`, `--rows` or `--exams`. Needs this module, model, core and their libraries
/// only, so that it runs where the trainer runs.
public final class CorpusProgram {
    private static final int USAGE = 2;
    private static final Map<String, List<String>> OPTIONS = Map.of(
            "--text",
            List.of("--seed", "--bytes"),
            "--rows",
            List.of("--model", "--seed", "--length", "--count", "--threads", "--mix"),
            "--exams",
            List.of("--model", "--split", "--seed", "--length", "--count", "--tasks"));
    private static final Set<Task> SCORED = EnumSet.complementOf(EnumSet.of(Task.ACKNOWLEDGEMENT));

    private CorpusProgram() {}

    public static void main(String[] arguments) {
        System.exit(run(List.of(arguments)));
    }

    /// The exit code. A reader that closes the pipe ends the program without a word.
    public static int run(List<String> arguments) {
        System.setOut(System.err); // standard output is for data: a library's log goes elsewhere
        try (OutputStream out = new BufferedOutputStream(new FileOutputStream(FileDescriptor.out), 1 << 20)) {
            write(new Options(arguments, OPTIONS), out);
            return 0;
        } catch (IllegalArgumentException e) {
            System.err.println("corpus: " + e.getMessage());
            return USAGE;
        } catch (IOException e) {
            return 0; // the reader has what it wanted
        }
    }

    private static void write(Options options, OutputStream out) throws IOException {
        long seed = options.number("--seed", 1);
        switch (options.mode()) {
            case "--text" -> new PlainText().write(seed, options.number("--bytes", 1 << 20), out);
            case "--rows" -> rows(options, seed).write(options.number("--count", Long.MAX_VALUE), out);
            case "--exams" -> exams(options).write(seed, options.number("--count", 100), out);
            default -> throw new IllegalStateException(options.mode());
        }
    }

    private static RowStream rows(Options options, long seed) {
        return new RowStream(
                chat(options),
                options.text("--mix").map(Mix::parse).orElseGet(Mix::standard),
                seed,
                (int) options.number("--length", 1024),
                (int) options.number("--threads", Runtime.getRuntime().availableProcessors()));
    }

    private static ExamStream exams(Options options) {
        Set<Task> tasks = options.text("--tasks").map(CorpusProgram::tasks).orElse(SCORED);
        Split split = Split.valueOf(options.text("--split").orElse("test").toUpperCase(Locale.ROOT));
        return new ExamStream(chat(options), split, tasks, (int) options.number("--length", 1024));
    }

    private static Set<Task> tasks(String names) {
        return Arrays.stream(names.split(",", -1))
                .map(name -> Task.valueOf(name.strip().toUpperCase(Locale.ROOT)))
                .collect(Collectors.toCollection(() -> EnumSet.noneOf(Task.class)));
    }

    private static ChatTokens chat(Options options) {
        return ChatTokens.read(Path.of(options.required("--model")));
    }
}
