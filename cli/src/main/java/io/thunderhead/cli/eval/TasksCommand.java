package io.thunderhead.cli.eval;

import io.thunderhead.cli.node.Nodes;
import io.thunderhead.core.error.ErrorCode;
import io.thunderhead.core.error.ServingException;
import io.thunderhead.corpus.Exams;
import io.thunderhead.corpus.Task;
import io.thunderhead.corpus.words.Split;
import java.io.PrintWriter;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `thunderhead eval tasks`
@Command(
        name = "tasks",
        description =
                "Judges conversations: what the user said turns ago, corrections, tool calls and their results, what"
                        + " the text does not say. Ctrl-C keeps what was measured.")
public final class TasksCommand implements Callable<Integer> {
    private static final Set<Task> STANDARD = EnumSet.of(
            Task.MEMORY,
            Task.CORRECTION,
            Task.ACKNOWLEDGEMENT,
            Task.TOOL_CALL,
            Task.TOOL_RESULT,
            Task.NOT_STATED,
            Task.SMALL_TALK);

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
            defaultValue = "1k",
            description = "Lengths of the conversations, at most; default ${DEFAULT-VALUE}.")
    private List<Integer> lengths = List.of();

    @Option(
            names = "--per-task",
            paramLabel = "N",
            defaultValue = "50",
            description = "Questions of each task at each length, at least; default ${DEFAULT-VALUE}.")
    private int perTask;

    /// @param mainClass whose `main` understands the role commands; run in the processes of `--model`
    public TasksCommand(Nodes nodes, String mainClass) {
        this.nodes = nodes;
        this.mainClass = mainClass;
    }

    @Override
    public Integer call() {
        if (perTask < 1) {
            throw new ServingException(ErrorCode.INVALID_REQUEST, "--per-task: expected a positive number");
        }
        Set<Task> tasks = options.tasksOr(STANDARD);
        ExamTokenizer tokenizer = options.tokenizer();
        Exams exams = new Exams(Split.TEST, tokenizer::count);
        EvalOptions.Plan plan = new EvalOptions.Plan(
                (tokens, index) -> exams.of(tasks, options.seed(), index, tokens),
                tokenizer,
                tasks,
                new Goal.EveryTask(tasks, perTask),
                lengths,
                1);
        return options.run(plan, nodes, mainClass, spec.commandLine().getErr(), this::print);
    }

    private void print(EvalReport report) {
        PrintWriter out = spec.commandLine().getOut();
        out.println("exact answers, percent, in parentheses the number asked");
        out.print(report.taskTable());
        out.flush();
    }
}
