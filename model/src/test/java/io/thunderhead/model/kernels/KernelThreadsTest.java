package io.thunderhead.model.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class KernelThreadsTest {
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void runsEveryTaskOnce(int threadCount) {
        try (KernelThreads threads = new KernelThreads(threadCount)) {
            for (int taskCount = 0; taskCount < 200; taskCount++) {
                AtomicIntegerArray runs = new AtomicIntegerArray(200);
                threads.run(taskCount, (task, scratch) -> runs.incrementAndGet(task));
                for (int task = 0; task < 200; task++) {
                    assertThat(runs.get(task)).isEqualTo(task < taskCount ? 1 : 0);
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void throwsWhatATaskThrew(int threadCount) {
        try (KernelThreads threads = new KernelThreads(threadCount)) {
            for (int round = 0; round < 100; round++) {
                assertThatThrownBy(() -> threads.run(9, (task, scratch) -> {
                            if (task == 7) {
                                throw new IllegalStateException("task 7");
                            }
                        }))
                        .isInstanceOf(IllegalStateException.class)
                        .hasMessage("task 7");
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3})
    void servesSeveralCallers(int threadCount) throws Exception {
        try (KernelThreads threads = new KernelThreads(threadCount);
                ExecutorService callers = Executors.newFixedThreadPool(3)) {
            List<Future<Integer>> sums = new ArrayList<>();
            for (int caller = 0; caller < 3; caller++) {
                sums.add(callers.submit(() -> {
                    AtomicInteger sum = new AtomicInteger();
                    for (int round = 0; round < 300; round++) {
                        threads.run(10, (task, scratch) -> sum.addAndGet(task));
                    }
                    return sum.get();
                }));
            }
            for (Future<Integer> sum : sums) {
                assertThat(sum.get(30, TimeUnit.SECONDS)).isEqualTo(300 * 45);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3})
    void endsItsThreads(int threadCount) {
        KernelThreads threads = new KernelThreads(threadCount);
        List<Thread> helpers = threads.helpers();
        assertThat(helpers).hasSize(threadCount - 1).allMatch(Thread::isAlive);

        threads.close();

        assertThat(helpers).noneMatch(Thread::isAlive);
    }
}
