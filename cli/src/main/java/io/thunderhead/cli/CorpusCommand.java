package io.thunderhead.cli;

import io.thunderhead.corpus.stream.CorpusProgram;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Unmatched;

/// `thunderhead corpus`: hands its arguments on, as the trainer runs the same program without this command.
@Command(
        name = "corpus",
        description = {
            "Writes generated conversations with known answers to standard output.",
            "--text --seed N --bytes N: plain text, for training a tokenizer.",
            "--rows --model DIR --seed N --length N [--count N] [--threads N] [--mix KIND=WEIGHT,...]: training rows.",
            "--exams --model DIR [--split test] --seed N --length N --count N [--tasks TASK,...]: JSON lines."
        })
final class CorpusCommand implements Callable<Integer> {
    @Unmatched
    private final List<String> arguments = new ArrayList<>();

    @Override
    public Integer call() {
        return CorpusProgram.run(arguments);
    }
}
