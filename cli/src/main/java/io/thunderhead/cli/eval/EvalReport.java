package io.thunderhead.cli.eval;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.thunderhead.corpus.Task;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.json.JsonMapper;

/// What an evaluation measured. The names of its JSON form are documented in docs/EVALUATION.md.
///
/// @param method `score` or `generate`
/// @param complete false if it was stopped before every cell had its questions
record EvalReport(
        String version,
        String model,
        String url,
        long seed,
        String split,
        String method,
        int depths,
        boolean complete,
        List<LengthResult> lengths,
        List<Cell> cells,
        List<Missed> misses) {
    record LengthResult(int length, int exams, long tokens, double seconds, int asked, int exact) {}

    /// @param depth part of the document, from 0; absent for questions whose answer stands nowhere in it
    record Cell(
            int length,
            String task,

            @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable
            Integer depth,

            int asked,
            int exact) {
        private Count count() {
            return new Count(asked, exact);
        }
    }

    record Missed(
            int length,
            String task,

            @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable
            Double depth,

            String question,
            String expected) {}

    static EvalReport of(EvalSetup setup, boolean complete, Tally tally) {
        List<LengthResult> lengths = new ArrayList<>();
        tally.runs().forEach((length, run) -> {
            Count all = tally.count(key -> key.length() == length);
            lengths.add(new LengthResult(length, run.exams(), run.tokens(), run.seconds(), all.asked(), all.exact()));
        });
        List<Cell> cells = new ArrayList<>();
        tally.counts()
                .forEach((key, count) -> cells.add(new Cell(
                        key.length(),
                        name(key.task()),
                        key.depth() == Tally.NOWHERE ? null : key.depth(),
                        count.asked(),
                        count.exact())));
        List<Missed> misses = tally.misses().stream()
                .map(miss -> new Missed(
                        miss.length(),
                        name(miss.task()),
                        Double.isNaN(miss.depth()) ? null : miss.depth(),
                        miss.question(),
                        miss.expected()))
                .toList();
        return new EvalReport(
                setup.version(),
                setup.model(),
                setup.url(),
                setup.seed(),
                "test",
                setup.generates() ? "generate" : "score",
                setup.depths(),
                complete,
                lengths,
                cells,
                misses);
    }

    /// Which exact answers of one length and one part of the document, over all tasks.
    Count at(int length, int depth) {
        Count sum = Count.NONE;
        for (Cell cell : cells) {
            boolean here = cell.length == length && cell.depth != null && cell.depth == depth;
            sum = here ? sum.plus(cell.count()) : sum;
        }
        return sum;
    }

    /// Over all depths.
    Count of(int length, String task) {
        Count sum = Count.NONE;
        for (Cell cell : cells) {
            sum = cell.length == length && cell.task.equals(task) ? sum.plus(cell.count()) : sum;
        }
        return sum;
    }

    /// `0-10 %`
    String depthName(int depth) {
        return 100 * depth / depths + "-" + 100 * (depth + 1) / depths + " %";
    }

    String json() {
        return JsonMapper.builder()
                .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
                .build()
                .writerWithDefaultPrettyPrinter()
                .writeValueAsString(this);
    }

    /// Length by depth, for a terminal.
    String depthTable() {
        StringBuilder table = new StringBuilder(pad("length"));
        IntStream.range(0, depths).forEach(depth -> table.append(pad(depthName(depth))));
        table.append(pad("asked")).append('\n');
        for (LengthResult line : lengths) {
            table.append(pad(Lengths.shown(line.length)));
            IntStream.range(0, depths).forEach(depth -> table.append(pad(percent(at(line.length, depth)))));
            table.append(pad(Integer.toString(line.asked))).append('\n');
        }
        return table.toString();
    }

    /// Task by length, for a terminal; in parentheses how many were asked.
    String taskTable() {
        StringBuilder table = new StringBuilder(String.format(Locale.ROOT, "%-22s", "task"));
        lengths.forEach(line -> table.append(wide(Lengths.shown(line.length))));
        table.append('\n');
        for (String task : new TreeSet<>(cells.stream().map(Cell::task).toList())) {
            table.append(String.format(Locale.ROOT, "%-22s", task));
            for (LengthResult line : lengths) {
                Count count = of(line.length, task);
                table.append(wide(count.asked() == 0 ? "-" : percent(count) + " (" + count.asked() + ")"));
            }
            table.append('\n');
        }
        return table.toString();
    }

    static String name(Task task) {
        return task.name().toLowerCase(Locale.ROOT);
    }

    private static String percent(Count count) {
        return count.asked() == 0 ? "-" : String.format(Locale.ROOT, "%.1f", 100 * count.share());
    }

    private static String pad(String text) {
        return String.format(Locale.ROOT, "%10s", text);
    }

    private static String wide(String text) {
        return String.format(Locale.ROOT, "%16s", text);
    }
}
