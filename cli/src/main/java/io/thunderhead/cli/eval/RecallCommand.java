package io.thunderhead.cli.eval;

import io.thunderhead.cli.node.Nodes;
import io.thunderhead.core.error.ErrorCode;
import io.thunderhead.core.error.ServingException;
import io.thunderhead.corpus.Exams;
import io.thunderhead.corpus.Task;
import io.thunderhead.corpus.words.Split;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `thunderhead eval recall`
@Command(
        name = "recall",
        description =
                "Asks about facts in long documents and prints how many answers are exact, by length and by the depth"
                        + " at which the answer stands. Ctrl-C keeps what was measured.")
public final class RecallCommand implements Callable<Integer> {
    private static final Set<Task> STANDARD = EnumSet.of(
            Task.NEEDLE,
            Task.NEEDLE_TWO_HOP,
            Task.SIZE,
            Task.AUTHORS,
            Task.DATA_SETS,
            Task.DATA_SETS_AND_SIZES,
            Task.USED_BY);

    private final Nodes nodes;
    private final String mainClass;

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli before call
    private CommandSpec spec;

    @Mixin
    private EvalOptions options = new EvalOptions();

    @Option(
            names = "--lengths",
            split = ",",
            converter = Lengths.class,
            paramLabel = "TOKENS",
            defaultValue = "1k,4k,16k",
            description = "Lengths of the conversations; default ${DEFAULT-VALUE}.")
    private List<Integer> lengths = List.of();

    @Option(
            names = "--depths",
            paramLabel = "N",
            defaultValue = "10",
            description = "Parts of equal size that documents are divided into; default ${DEFAULT-VALUE}.")
    private int depths;

    @Option(
            names = "--per-cell",
            paramLabel = "N",
            defaultValue = "20",
            description = "Questions at each length and depth, at least; default ${DEFAULT-VALUE}.")
    private int perCell;

    @Option(names = "--picture", paramLabel = "FILE", description = "Also draws a heat map, as .png or .svg.")
    private @Nullable Path picture;

    /// @param mainClass whose `main` understands the role commands; run in the processes of `--model`
    public RecallCommand(Nodes nodes, String mainClass) {
        this.nodes = nodes;
        this.mainClass = mainClass;
    }

    @Override
    public Integer call() {
        if (depths < 1 || depths > 100 || perCell < 1) {
            throw new ServingException(
                    ErrorCode.INVALID_REQUEST, "expected 1 to 100 depths and a positive number of questions");
        }
        if (picture != null && !HeatMap.writes(picture)) {
            throw new ServingException(ErrorCode.INVALID_REQUEST, "--picture: expected .png or .svg, got " + picture);
        }
        Set<Task> tasks = options.tasksOr(STANDARD);
        ExamTokenizer tokenizer = options.tokenizer();
        Exams exams = new Exams(Split.TEST, tokenizer::count);
        EvalOptions.Plan plan = new EvalOptions.Plan(
                (tokens, index) -> exams.of(tasks, options.seed(), index, tokens),
                tokenizer,
                tasks,
                new Goal.EveryDepth(depths, perCell),
                lengths,
                depths);
        return options.run(plan, nodes, mainClass, spec.commandLine().getErr(), this::print);
    }

    private void print(EvalReport report) {
        PrintWriter out = spec.commandLine().getOut();
        out.println("exact answers, percent, by the depth at which the answer stands");
        out.println(report.depthTable());
        out.println("by task, in parentheses the number asked");
        out.print(report.taskTable());
        out.flush();
        if (picture != null) {
            new HeatMap(report).write(picture);
        }
    }
}
