package io.thunderhead.cli.bench;

import io.thunderhead.core.error.ErrorCode;
import io.thunderhead.core.error.ServingException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.core.JacksonException;

/// `thunderhead bench plot`
@Command(name = "plot", description = "Draws what a token of a prompt costs, by length, from files that --json wrote.")
final class PlotCommand implements Callable<Integer> {
    @Parameters(arity = "1..3", paramLabel = "FILE", description = "One line in the picture for each.")
    private List<Path> files = List.of();

    @Option(names = "--output", required = true, paramLabel = "FILE", description = "The picture, SVG.")
    private Path output = Path.of("");

    @Override
    public Integer call() {
        new LengthPlot(files.stream().map(PlotCommand::read).toList()).write(output);
        return 0;
    }

    private static BenchReport read(Path file) {
        try {
            BenchReport report = BenchReport.read(file);
            if (!report.prefill().isEmpty()) {
                return report;
            }
        } catch (JacksonException e) {
            throw new ServingException(ErrorCode.INVALID_REQUEST, file + ": " + e.getOriginalMessage(), e);
        }
        throw new ServingException(ErrorCode.INVALID_REQUEST, file + ": no prefill was measured");
    }
}
