package io.thunderhead.cli.eval;

import io.thunderhead.corpus.Task;
import java.util.Set;
import java.util.stream.IntStream;

/// When a length has been asked enough.
interface Goal {
    boolean reached(Tally tally, int length);

    /// What is still missing at the cell that has least, as `12 of 20`.
    String progress(Tally tally, int length);

    /// Every part of the document has been asked so often.
    record EveryDepth(int depths, int questions) implements Goal {
        @Override
        public boolean reached(Tally tally, int length) {
            return least(tally, length) >= questions;
        }

        @Override
        public String progress(Tally tally, int length) {
            return least(tally, length) + " of " + questions + " questions at the depth asked least";
        }

        private int least(Tally tally, int length) {
            return IntStream.range(0, depths)
                    .map(depth -> tally.count(key -> key.length() == length && key.depth() == depth)
                            .asked())
                    .min()
                    .orElse(0);
        }
    }

    /// Every task has been asked so often.
    record EveryTask(Set<Task> tasks, int questions) implements Goal {
        public EveryTask {
            tasks = Set.copyOf(tasks);
        }

        @Override
        public boolean reached(Tally tally, int length) {
            return least(tally, length) >= questions;
        }

        @Override
        public String progress(Tally tally, int length) {
            return least(tally, length) + " of " + questions + " questions of the task asked least";
        }

        private int least(Tally tally, int length) {
            return tasks.stream()
                    .mapToInt(task -> tally.count(key -> key.length() == length && key.task() == task)
                            .asked())
                    .min()
                    .orElse(0);
        }
    }
}
